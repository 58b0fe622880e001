#include "control/shell/terminal_mode.h"

#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace vipswitch::shell {
namespace {

class TerminalModeTest : public testing::Test {
 protected:
  void SetUp() override {
    master_ = posix_openpt(O_RDWR | O_NOCTTY);
    ASSERT_GE(master_, 0);
    ASSERT_EQ(grantpt(master_), 0);
    ASSERT_EQ(unlockpt(master_), 0);
    terminal_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    ASSERT_GE(terminal_, 0);
  }
  void TearDown() override {
    close(terminal_);
    close(master_);
  }
  tcflag_t local_flags() {
    termios now{};
    tcgetattr(terminal_, &now);
    return now.c_lflag;
  }

  int master_ = -1;
  int terminal_ = -1;
};

TEST_F(TerminalModeTest, SingleKeysArriveWhileItLivesAndNotAfterwards) {
  const auto before = local_flags();
  ASSERT_NE(before & ICANON, 0u);
  {
    const TerminalMode mode(terminal_);
    EXPECT_TRUE(mode.is_terminal());
    EXPECT_EQ(local_flags() & static_cast<tcflag_t>(ICANON | ECHO | ISIG), 0u);
  }
  EXPECT_EQ(local_flags(), before);
}

TEST_F(TerminalModeTest, PipeIsNoTerminal) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_FALSE(TerminalMode(ends[0]).is_terminal());
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace vipswitch::shell
