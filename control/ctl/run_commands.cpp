#include "control/ctl/run_commands.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "control/ctl/messages.h"

namespace vipswitch::ctl {
namespace {

using remote::Frame;
using remote::FrameType;

// How a command, or the session with it, came to its end.
struct Outcome {
  bool is_session_over = false;
  int status = 0;  // of the command, or of the program if the session is over
};

// A frame that ends the session: asked for, or because the switch says so.
Outcome over(const Frame& bye) {
  if (bye.payload.empty()) return {true, 0};
  tell(bye.payload);
  return {true, kFailure};
}

Outcome lost() {
  tell(kConnectionLost);
  return {true, kFailure};
}

// Sends a line, and prints what comes up to its status. `place` stands before messages.
Outcome execute(SwitchConnection& connection, std::string_view line, const std::string& place) {
  connection.send(remote::make_frame(FrameType::kCommand, line));
  while (const auto frame = connection.receive(SwitchConnection::Wait::kYes)) {
    if (frame->type == FrameType::kOutput) {
      if (!write_all(STDOUT_FILENO, frame->payload)) return {true, kFailure};
    } else if (frame->type == FrameType::kError) {
      write_all(STDERR_FILENO, fmt::format("{}error: {}\n", place, frame->payload));
    } else if (frame->type == FrameType::kBye) {
      return over(*frame);
    } else if (const auto number = remote::parse_status(frame->payload)) {
      // Numbers of errors are small; one that an exit status cannot hold must not look like success.
      return {false, static_cast<int>(std::min<std::uint32_t>(*number, 255))};
    }
  }
  return lost();
}

// The lines of a descriptor, as they come.
class LineReader {
 public:
  explicit LineReader(int fd) : fd_(fd) {}

  enum class State { kLine, kNothingYet, kEnd, kFailed };
  // kLine: line() is the next one, without its newline. Reads once at most, so it waits only if nothing can
  // be read.
  State next() {
    if (take_line()) return State::kLine;
    if (is_at_end_) return State::kEnd;
    std::array<char, std::size_t{64} << 10> bytes;
    const auto count = read(fd_, bytes.data(), bytes.size());
    if (count < 0) return errno == EINTR || errno == EAGAIN ? State::kNothingYet : State::kFailed;
    if (count == 0) is_at_end_ = true;
    text_.append(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (take_line()) return State::kLine;
    return is_at_end_ ? State::kEnd : State::kNothingYet;
  }
  bool has_line() const noexcept { return text_.find('\n', begin_) != std::string::npos; }
  const std::string& line() const noexcept { return line_; }

 private:
  bool take_line() {
    auto end = text_.find('\n', begin_);
    if (end == std::string::npos) {
      // What was taken goes before more is read; at the end a line needs no newline.
      text_.erase(0, begin_);
      begin_ = 0;
      if (!is_at_end_ || text_.empty()) return false;
      end = text_.size();
    }
    line_ = text_.substr(begin_, end - begin_);
    begin_ = std::min(end + 1, text_.size());
    return true;
  }

  int fd_;
  std::string text_;
  std::size_t begin_ = 0;  // of what was not taken
  std::string line_;
  bool is_at_end_ = false;
};

// Waits until there is something to read, and meanwhile prints what the switch says.
Outcome wait_for_line(SwitchConnection& connection, int fd) {
  std::array<pollfd, 2> ready{{{fd, POLLIN, 0}, {connection.fd(), POLLIN, 0}}};
  while (ready[0].revents == 0) {
    poll(ready.data(), ready.size(), -1);
    while (const auto frame = connection.receive(SwitchConnection::Wait::kNo)) {
      if (frame->type == FrameType::kBye) return over(*frame);
      if (frame->type != FrameType::kOutput) continue;
      if (!write_all(STDOUT_FILENO, frame->payload)) return {true, kFailure};
    }
    if (connection.is_ended()) return lost();
  }
  return {};
}

}  // namespace

int run_command(SwitchConnection& connection, const std::string& line) {
  return execute(connection, line, "").status;
}

int run_lines(SwitchConnection& connection, int fd, const std::string& name, OnFailure on_failure) {
  LineReader lines(fd);
  int first_failure = 0;
  for (std::size_t number = 1;;) {
    if (!lines.has_line()) {
      const auto waited = wait_for_line(connection, fd);
      if (waited.is_session_over) return first_failure != 0 ? first_failure : waited.status;
    }
    const auto state = lines.next();
    if (state == LineReader::State::kNothingYet) continue;
    if (state == LineReader::State::kEnd) return first_failure;
    if (state == LineReader::State::kFailed) {
      tell(fmt::format("error: {}: {}, expected a readable file", name, std::strerror(errno)));
      return kFailure;
    }
    const auto place = fmt::format("{}:{}: ", name, number++);
    if (lines.line().size() > remote::kMaxPayload) {
      write_all(STDERR_FILENO, fmt::format("{}error: line is too long, expected at most {} characters\n",
                                           place, remote::kMaxPayload));
      if (first_failure == 0) first_failure = static_cast<int>(ErrorCode::usage);
      if (on_failure == OnFailure::kStop) return first_failure;
      continue;
    }
    const auto outcome = execute(connection, lines.line(), place);
    if (first_failure == 0) first_failure = outcome.status;
    if (outcome.is_session_over) return first_failure;
    if (outcome.status != 0 && on_failure == OnFailure::kStop) return first_failure;
  }
}

}  // namespace vipswitch::ctl
