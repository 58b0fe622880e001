#include "control/remote/client_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace vipswitch::remote {
namespace {

constexpr std::size_t kReceiveSize = std::size_t{64} << 10;
// What one send() hands over at most, so that a client that reads quickly does not keep the loop.
constexpr std::size_t kSendSize = std::size_t{1} << 20;

pid_t peer_of(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 ? peer.pid : 0;
}

bool would_wait(ssize_t result) {
  return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace

ClientConnection::ClientConnection(int fd, const SessionFactory& make_session)
    : fd_(fd), peer_(peer_of(fd)), make_session_(make_session) {}

ClientConnection::~ClientConnection() {
  close(fd_);
}

bool ClientConnection::wants_to_receive() const noexcept {
  return phase_ < Phase::kLeaving && untyped() + reader_.size() < kMaxWaiting;
}

void ClientConnection::receive() {
  if (!wants_to_receive()) return;
  std::array<char, kReceiveSize> bytes;
  const auto count = recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count > 0) {
    reader_.feed({bytes.data(), static_cast<std::size_t>(count)});
  } else if (!would_wait(count)) {
    hang_up();
  }
}

void ClientConnection::send() {
  std::size_t room = kSendSize;
  while (unsent() > 0 && room > 0 && !is_over()) {
    const auto count =
        ::send(fd_, out_.data() + sent_, std::min(unsent(), room), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (would_wait(count)) break;
    if (count < 0) return hang_up();
    sent_ += static_cast<std::size_t>(count);
    room -= static_cast<std::size_t>(count);
  }
  if (unsent() == 0) {
    std::string().swap(out_);
    sent_ = 0;
    if (phase_ == Phase::kLeaving) phase_ = Phase::kOver;
  } else if (sent_ > out_.size() / 2) {
    out_.erase(0, sent_);
    sent_ = 0;
  }
}

bool ClientConnection::has_work() const noexcept {
  return phase_ < Phase::kLeaving && unsent() <= kPauseAbove && (untyped() > 0 || reader_.has_next());
}

void ClientConnection::work() {
  if (!has_work()) return;
  if (untyped() > 0) return type_line();
  const auto frame = reader_.next();
  if (!frame) return say_goodbye(frame.error().message);
  handle(*frame.value());
}

void ClientConnection::handle(const Frame& frame) {
  if (phase_ == Phase::kGreeting) {
    greet(frame);
  } else if (frame.type == FrameType::kKeys && phase_ == Phase::kTerminal) {
    keys_ = frame.payload;
    typed_ = 0;
  } else if (frame.type == FrameType::kCommand && phase_ == Phase::kCommands) {
    execute(frame.payload);
  } else if (frame.type == FrameType::kEnd) {
    session_->end_of_input();
    say_goodbye({});
  } else {
    say_goodbye(fmt::format("frame: type {}, expected another one here", static_cast<unsigned>(frame.type)));
  }
}

void ClientConnection::greet(const Frame& frame) {
  if (frame.type != FrameType::kHello) {
    return say_goodbye(fmt::format("frame: type {}, expected a hello", static_cast<unsigned>(frame.type)));
  }
  const auto hello = parse_hello(frame.payload);
  if (!hello) return say_goodbye(hello.error().message);
  session_ = make_session_([this](std::string_view text) { print(text); }, hello.value().directory);
  if (hello.value().mode == SessionMode::kTerminal) {
    phase_ = Phase::kTerminal;
    session_->start_interactive(shell::InputKind::kTerminal);
  } else {
    phase_ = Phase::kCommands;
  }
}

void ClientConnection::execute(const std::string& line) {
  const auto done = session_->run(line);
  if (!done)
    queue(make_frame(FrameType::kError, std::string_view(done.error().message).substr(0, kMaxPayload)));
  queue(make_status_frame(done ? 0 : static_cast<std::uint32_t>(done.error().code)));
  if (session_->wants_quit()) say_goodbye({});
}

// What was typed up to Enter is one command at most.
void ClientConnection::type_line() {
  const auto enter = std::min(keys_.find_first_of("\r\n", typed_), keys_.size() - 1);
  const auto line = std::string_view(keys_).substr(typed_, enter + 1 - typed_);
  typed_ = enter + 1;
  session_->feed(line);
  if (session_->wants_quit()) say_goodbye({});
}

void ClientConnection::say_goodbye(std::string_view reason) {
  if (phase_ >= Phase::kLeaving) return;
  queue(make_frame(FrameType::kBye, reason));
  if (!is_over()) phase_ = Phase::kLeaving;
}

void ClientConnection::print(std::string_view text) {
  if (phase_ >= Phase::kLeaving) return;
  std::string frames;
  append_output(frames, text);
  queue(frames);
}

void ClientConnection::queue(std::string_view frames) {
  if (is_over()) return;
  if (unsent() + frames.size() > kCutAbove) {
    was_cut_off_ = true;
    std::string().swap(out_);
    sent_ = 0;
    return hang_up();
  }
  out_ += frames;
}

}  // namespace vipswitch::remote
