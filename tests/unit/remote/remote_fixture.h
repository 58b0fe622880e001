#pragma once

// Both ends of a connection, the switch's being ours to drive, on the world of tests/unit/control/support.h.

#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "control/remote/client_connection.h"
#include "control/shell/session.h"
#include "tests/unit/control/support.h"

namespace vipswitch::remote {

// The client's end: sends and receives without waiting.
class FarEnd {
 public:
  explicit FarEnd(int fd) : fd_(fd) {}
  ~FarEnd() { hang_up(); }
  FarEnd(const FarEnd&) = delete;
  FarEnd& operator=(const FarEnd&) = delete;

  bool send(std::string_view bytes) const {
    return ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  bool command(std::string_view line) const { return send(make_frame(FrameType::kCommand, line)); }

  // The next frame that is there.
  std::optional<Frame> receive() {
    take();
    auto frame = reader_.next();
    return frame ? std::move(frame).value() : std::nullopt;
  }
  void take() {
    std::array<char, 65536> bytes;
    while (true) {
      const auto count = recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (count == 0) is_ended_ = true;
      if (count <= 0) return;
      reader_.feed({bytes.data(), static_cast<std::size_t>(count)});
    }
  }
  bool is_ended() const noexcept { return is_ended_; }
  void hang_up() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
  FrameReader reader_;
  bool is_ended_ = false;
};

class RemoteTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(test::succeeded(service_.apply(test::make_world()))); }

  ClientConnection::SessionFactory factory() {
    return [this](shell::Session::Sink sink, std::string directory) {
      last_sink_ = sink;
      last_directory_ = directory;
      return std::make_unique<shell::Session>(commands_, service_, runtime_, std::move(sink),
                                              std::move(directory));
    };
  }

  test::RecordingPublisher publisher_;
  Service service_{publisher_};
  test::CannedRuntime runtime_;
  shell::CommandSet commands_;
  shell::Session::Sink last_sink_;  // of the session that was made last
  std::string last_directory_;
};

}  // namespace vipswitch::remote
