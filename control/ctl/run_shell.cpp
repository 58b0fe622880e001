#include "control/ctl/run_shell.h"

#include <array>
#include <cerrno>
#include <optional>
#include <poll.h>
#include <unistd.h>

#include "control/ctl/messages.h"
#include "control/ctl/terminal_guard.h"

namespace vipswitch::ctl {
namespace {

using remote::FrameType;

// Prints what has come; the last frame if there is nothing to come behind it.
std::optional<remote::Frame> print_output(SwitchConnection& connection) {
  while (auto frame = connection.receive(SwitchConnection::Wait::kNo)) {
    if (frame->type == FrameType::kBye) return frame;
    if (frame->type == FrameType::kOutput && !write_all(STDOUT_FILENO, frame->payload)) {
      return remote::Frame{FrameType::kBye, "standard output cannot be written"};
    }
  }
  if (connection.is_ended()) return remote::Frame{FrameType::kBye, std::string(kConnectionLost)};
  return std::nullopt;
}

// Sends what was typed; false at the end of standard input.
bool send_keys(SwitchConnection& connection) {
  std::array<char, 4096> keys;
  const auto count = read(STDIN_FILENO, keys.data(), keys.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) {
    connection.send(remote::make_frame(FrameType::kEnd, {}));
    return false;
  }
  connection.send(remote::make_frame(FrameType::kKeys, {keys.data(), static_cast<std::size_t>(count)}));
  return true;
}

// Until the session is over; the reason, empty if it was asked for.
std::string converse(SwitchConnection& connection) {
  bool has_input = true;
  while (true) {
    if (const auto bye = print_output(connection)) return bye->payload;
    std::array<pollfd, 2> ready{{{connection.fd(), POLLIN, 0}, {has_input ? STDIN_FILENO : -1, POLLIN, 0}}};
    poll(ready.data(), ready.size(), -1);
    if (ready[1].revents != 0) has_input = send_keys(connection);
  }
}

}  // namespace

int run_shell(SwitchConnection& connection) {
  std::string reason;
  {
    const TerminalGuard guard(STDIN_FILENO);
    reason = converse(connection);
    if (!reason.empty()) write_all(STDOUT_FILENO, "\r\n");
  }
  if (reason.empty()) return 0;
  tell(reason);
  return kFailure;
}

}  // namespace vipswitch::ctl
