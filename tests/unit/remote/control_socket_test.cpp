#include "control/remote/control_socket.h"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/remote/socket_address.h"
#include "tests/unit/control/support.h"

namespace vipswitch::remote {
namespace {

namespace fs = std::filesystem;
using test::refused;

class ControlSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = testing::TempDir() + "vipswitch-socket-XXXXXX";
    ASSERT_NE(mkdtemp(path.data()), nullptr);
    directory_ = path;
    path_ = path + "/control.sock";
  }
  void TearDown() override { fs::remove_all(directory_); }

  bool answers() const {
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const SocketAddress address(path_);
    const bool connected = connect(fd, address.get(), address.size()) == 0;
    close(fd);
    return connected;
  }
  static unsigned mode_of(const std::string& path) {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
  }

  std::string directory_, path_;
};

TEST_F(ControlSocketTest, AnswersWhileItLivesAndIsGoneAfterwards) {
  {
    const auto socket = ControlSocket::listen(path_);
    ASSERT_TRUE(test::succeeded(socket));
    EXPECT_TRUE(answers());
    EXPECT_EQ(mode_of(path_), 0600u);
  }
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ControlSocketTest, ModesDoNotDependOnTheUmask) {
  const auto before = umask(0);
  path_ = directory_ + "/run/control.sock";
  auto socket = ControlSocket::listen(path_);
  ASSERT_TRUE(test::succeeded(socket));
  EXPECT_EQ(mode_of(path_), 0600u);
  EXPECT_EQ(mode_of(directory_ + "/run"), 0755u);
  umask(077);
  const auto other = ControlSocket::listen(directory_ + "/other/control.sock");
  EXPECT_EQ(mode_of(directory_ + "/other"), 0755u);
  umask(before);
}

TEST_F(ControlSocketTest, DirectoryThatIsThereKeepsItsMode) {
  chmod(directory_.c_str(), 0700);
  const auto socket = ControlSocket::listen(path_);
  EXPECT_EQ(mode_of(directory_), 0700u);
}

TEST_F(ControlSocketTest, BusyPathIsRefusedNamingWhoAnswers) {
  const auto socket = ControlSocket::listen(path_);
  EXPECT_TRUE(refused(ControlSocket::listen(path_), ErrorCode::already_exists,
                      "control socket " + path_ + ": another vipswitch (pid " + std::to_string(getpid()) +
                          ") answers there, expected a path of its own in control: {socket: PATH}"));
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocketTest, AbandonedSocketIsReplaced) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  const SocketAddress address(path_);
  ASSERT_EQ(bind(fd, address.get(), address.size()), 0);
  close(fd);
  ASSERT_TRUE(fs::exists(path_));
  const auto socket = ControlSocket::listen(path_);
  EXPECT_TRUE(test::succeeded(socket));
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocketTest, WhatIsNoSocketIsRefusedAndKept) {
  std::ofstream(path_) << "data";
  EXPECT_TRUE(
      refused(ControlSocket::listen(path_), ErrorCode::already_exists,
              "control socket " + path_ +
                  ": it is there and is no socket, expected a path where nothing is, in control: {socket: "
                  "PATH}"));
  EXPECT_EQ(fs::file_size(path_), 4u);
  fs::remove(path_);
  fs::create_symlink("/nonexistent", path_);
  EXPECT_FALSE(ControlSocket::listen(path_).ok());
  EXPECT_TRUE(fs::is_symlink(path_));
}

TEST_F(ControlSocketTest, SocketOfAnotherInItsPlaceIsLeft) {
  auto first = ControlSocket::listen(path_);
  ASSERT_TRUE(test::succeeded(first));
  fs::remove(path_);
  const auto second = ControlSocket::listen(path_);
  ASSERT_TRUE(test::succeeded(second));
  first.value().reset();
  EXPECT_TRUE(answers());
}

TEST_F(ControlSocketTest, DirectoryThatCannotBeIsNamed) {
  std::ofstream(directory_ + "/file") << "data";
  const auto path = directory_ + "/file/control.sock";
  EXPECT_TRUE(
      refused(ControlSocket::listen(path), ErrorCode::io,
              "control socket " + path +
                  ": Not a directory, expected a directory that can be written, or another path in control: "
                  "{socket: PATH}"));
}

TEST_F(ControlSocketTest, PathLongerThanAnAddressIsRefused) {
  const auto path = directory_ + "/" + std::string(200, 'x');
  EXPECT_FALSE(ControlSocket::listen(path).ok());
}

}  // namespace
}  // namespace vipswitch::remote
