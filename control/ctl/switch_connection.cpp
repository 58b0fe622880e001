#include "control/ctl/switch_connection.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "control/remote/socket_address.h"
#include "control/text/make_error.h"

namespace vipswitch::ctl {
namespace {

Error cannot_connect(const std::string& path, int number) {
  const char* advice =
      "is vipswitch running, and is this the path in control: {socket: PATH} of its configuration?";
  if (number == ECONNREFUSED) advice = "the vipswitch that served it has ended; is another one running?";
  if (number == EACCES || number == EPERM) advice = "it is for root and the user that vipswitch runs as";
  return make_error(ErrorCode::io, "control socket {}: {}; {}", path, std::strerror(number), advice);
}

bool is_interrupted(ssize_t result) {
  return result < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

Result<std::unique_ptr<SwitchConnection>> SwitchConnection::open(const std::string& path,
                                                                 const remote::Hello& hello) {
  const remote::SocketAddress address(path);
  if (!address.fits()) return cannot_connect(path, ENAMETOOLONG);
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return cannot_connect(path, errno);
  std::unique_ptr<SwitchConnection> connection(new SwitchConnection(fd));
  if (connect(fd, address.get(), address.size()) != 0) return cannot_connect(path, errno);
  connection->send(remote::make_hello_frame(hello));
  return connection;
}

SwitchConnection::~SwitchConnection() {
  close(fd_);
}

void SwitchConnection::send(std::string_view frame) {
  while (!frame.empty() && !is_ended_) {
    pollfd ready{fd_, POLLIN | POLLOUT, 0};
    poll(&ready, 1, -1);
    if (ready.revents & POLLIN) take(Wait::kNo);
    if (!(ready.revents & (POLLOUT | POLLERR | POLLHUP))) continue;
    const auto count = ::send(fd_, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      frame.remove_prefix(static_cast<std::size_t>(count));
    } else if (!is_interrupted(count)) {
      return;  // the switch has closed; what it said before can still be received
    }
  }
}

void SwitchConnection::take(Wait wait) {
  std::array<char, std::size_t{64} << 10> bytes;
  const auto count = recv(fd_, bytes.data(), bytes.size(), wait == Wait::kNo ? MSG_DONTWAIT : 0);
  if (count > 0) {
    reader_.feed({bytes.data(), static_cast<std::size_t>(count)});
  } else if (!is_interrupted(count)) {
    is_ended_ = true;
  }
}

std::optional<remote::Frame> SwitchConnection::receive(Wait wait) {
  if (!reader_.has_next() && !is_ended_) take(wait);
  while (wait == Wait::kYes && !reader_.has_next() && !is_ended_) take(wait);
  auto frame = reader_.next();
  if (frame && frame.value()) return std::move(frame).value();
  if (!frame) is_ended_ = true;  // the other side is no vipswitch
  return std::nullopt;
}

}  // namespace vipswitch::ctl
