#include "control/ctl/switch_connection.h"

#include <cstdlib>
#include <filesystem>
#include <future>
#include <sys/socket.h>
#include <unistd.h>

#include "control/remote/control_socket.h"
#include "tests/unit/control/support.h"

namespace vipswitch::ctl {
namespace {

using remote::FrameType;
using Wait = SwitchConnection::Wait;

class SwitchConnectionTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "vipswitch-ctl-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    directory_ = path;
    path_ = path + "/control.sock";
  }
  void TearDown() override {
    if (peer_ >= 0) close(peer_);
    listening_.reset();
    std::filesystem::remove_all(directory_);
  }
  // A connection whose other end is peer_.
  std::unique_ptr<SwitchConnection> connect() {
    listening_ = std::move(remote::ControlSocket::listen(path_)).value();
    auto connection = SwitchConnection::open(path_, {remote::SessionMode::kCommands, "/"});
    peer_ = accept(listening_->fd(), nullptr, nullptr);
    return std::move(connection).value();
  }
  void say(std::string_view bytes) {
    ASSERT_EQ(::send(peer_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }

  std::string directory_, path_;
  std::unique_ptr<remote::ControlSocket> listening_;
  int peer_ = -1;
};

TEST_F(SwitchConnectionTest, HelloComesFirst) {
  const auto connection = connect();
  std::array<char, 64> bytes{};
  const auto count = recv(peer_, bytes.data(), bytes.size(), 0);
  remote::FrameReader reader;
  reader.feed({bytes.data(), static_cast<std::size_t>(count)});
  const auto frame = reader.next();
  ASSERT_TRUE(frame && frame.value());
  EXPECT_EQ(remote::parse_hello(frame.value()->payload).value().directory, "/");
}

TEST_F(SwitchConnectionTest, FramesAreReceivedUpToTheEnd) {
  const auto connection = connect();
  EXPECT_FALSE(connection->receive(Wait::kNo));
  EXPECT_FALSE(connection->is_ended());
  say(remote::make_frame(FrameType::kOutput, "a") + remote::make_status_frame(0));
  close(std::exchange(peer_, -1));
  EXPECT_EQ(connection->receive(Wait::kYes)->payload, "a");
  EXPECT_EQ(connection->receive(Wait::kYes)->type, FrameType::kStatus);
  EXPECT_FALSE(connection->receive(Wait::kYes));
  EXPECT_TRUE(connection->is_ended());
}

TEST_F(SwitchConnectionTest, ReasonOfARefusalIsReceivedThoughSendingFails) {
  const auto connection = connect();
  say(remote::make_frame(FrameType::kBye, "too many"));
  close(std::exchange(peer_, -1));
  connection->send(remote::make_frame(FrameType::kCommand, "show havip"));
  EXPECT_EQ(connection->receive(Wait::kYes)->payload, "too many");
}

TEST_F(SwitchConnectionTest, WhatIsNoFrameEndsIt) {
  const auto connection = connect();
  say("HTTP/1.1 400 Bad Request\r\n");
  EXPECT_FALSE(connection->receive(Wait::kYes));
  EXPECT_TRUE(connection->is_ended());
}

// The other side writes before it reads, more than the sockets hold, and so does this one.
TEST_F(SwitchConnectionTest, SendingNeverWaitsForTheOtherSideToRead) {
  const auto connection = connect();
  const std::string output = remote::make_frame(FrameType::kOutput, std::string(remote::kMaxPayload, 'x'));
  const auto other = std::async(std::launch::async, [&] {
    std::string_view left = output;
    while (!left.empty()) {
      const auto count = ::send(peer_, left.data(), left.size(), 0);
      if (count <= 0) return std::size_t{0};
      left.remove_prefix(static_cast<std::size_t>(count));
    }
    std::array<char, 65536> bytes;
    std::size_t received = 0;
    for (ssize_t count;
         received < 2 * remote::kMaxPayload && (count = recv(peer_, bytes.data(), bytes.size(), 0)) > 0;) {
      received += static_cast<std::size_t>(count);
    }
    return received;
  });
  connection->send(remote::make_frame(FrameType::kKeys, std::string(remote::kMaxPayload, 'k')));
  connection->send(remote::make_frame(FrameType::kKeys, std::string(remote::kMaxPayload, 'k')));
  EXPECT_EQ(connection->receive(Wait::kYes)->payload.size(), remote::kMaxPayload);
}

TEST_F(SwitchConnectionTest, WhatCannotBeReachedIsNamedWithWhatToLookAt) {
  const auto missing = SwitchConnection::open(path_, {remote::SessionMode::kCommands, "/"});
  ASSERT_FALSE(missing.ok());
  EXPECT_TRUE(
      missing.error().message.starts_with("control socket " + path_ + ": No such file or directory; "))
      << missing.error().message;
  connect();
  close(std::exchange(peer_, -1));
  std::filesystem::rename(path_, path_ + ".old");
  listening_.reset();
  const auto abandoned = SwitchConnection::open(path_ + ".old", {remote::SessionMode::kCommands, "/"});
  ASSERT_FALSE(abandoned.ok());
  EXPECT_NE(abandoned.error().message.find("Connection refused; the vipswitch that served it has ended"),
            std::string::npos);
  EXPECT_FALSE(
      SwitchConnection::open("/" + std::string(200, 'x'), {remote::SessionMode::kCommands, "/"}).ok());
}

}  // namespace
}  // namespace vipswitch::ctl
