#include "control/process/event_loop.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace vipswitch {
namespace {

// The loop blocks signals for good; other tests of this process get them back as they were, and none that is
// still pending.
class SignalsAsBefore {
 public:
  SignalsAsBefore() { pthread_sigmask(SIG_SETMASK, nullptr, &before_); }
  ~SignalsAsBefore() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    const timespec at_once{0, 0};
    while (sigtimedwait(&signals, nullptr, &at_once) > 0) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t before_{};
};

class Pipe {
 public:
  Pipe() {
    if (pipe(ends_.data()) != 0) throw std::runtime_error("pipe");
  }
  ~Pipe() {
    close(ends_[0]);
    close(ends_[1]);
  }
  int read_end() const { return ends_[0]; }
  void write_byte() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
  void read_byte() const {
    char byte = 0;
    EXPECT_EQ(read(ends_[0], &byte, 1), 1);
  }

 private:
  std::array<int, 2> ends_{};
};

class EventLoopTest : public ::testing::Test {
 protected:
  // Runs for that many ticks at most.
  void run(int ticks) {
    loop.run([&] {
      ++ticked;
      if (ticked >= ticks) loop.stop();
    });
  }

  SignalsAsBefore signals;
  EventLoop loop;
  Pipe first, second;
  int ticked = 0;
  int served = 0;
};

TEST_F(EventLoopTest, TicksUntilStopped) {
  run(3);
  EXPECT_EQ(ticked, 3);
}

TEST_F(EventLoopTest, ReadableDescriptorIsServed) {
  loop.add(first.read_end(), [&] {
    first.read_byte();
    ++served;
  });
  loop.add(second.read_end(), [&] { FAIL() << "nothing to read here"; });
  first.write_byte();
  run(3);
  EXPECT_EQ(served, 1);
}

TEST_F(EventLoopTest, DescriptorIsServedAgainAsLongAsThereIsSomething) {
  loop.add(first.read_end(), [&] {
    first.read_byte();
    ++served;
  });
  first.write_byte();
  first.write_byte();
  run(5);
  EXPECT_EQ(served, 2);
}

TEST_F(EventLoopTest, RemovedDescriptorIsNotServed) {
  loop.add(first.read_end(), [&] { ++served; });
  loop.remove(first.read_end());
  first.write_byte();
  run(3);
  EXPECT_EQ(served, 0);
}

TEST_F(EventLoopTest, HandlerMayRemoveItself) {
  loop.add(first.read_end(), [&] {
    ++served;
    loop.remove(first.read_end());
  });
  first.write_byte();
  run(3);
  EXPECT_EQ(served, 1);
}

TEST_F(EventLoopTest, HandlerMayRemoveAnotherThatIsReadableToo) {
  loop.add(first.read_end(), [&] {
    ++served;
    loop.remove(second.read_end());
    loop.remove(first.read_end());
  });
  loop.add(second.read_end(), [&] {
    ++served;
    loop.remove(first.read_end());
    loop.remove(second.read_end());
  });
  first.write_byte();
  second.write_byte();
  run(3);
  EXPECT_EQ(served, 1);
}

class SocketLoopTest : public EventLoopTest {
 protected:
  void SetUp() override {
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    loop.add_socket(ends[0], {.on_readable =
                                  [this] {
                                    happened += 'r';
                                    read_all();
                                  },
                              .on_writable = [this] { happened += 'w'; },
                              .on_hung_up =
                                  [this] {
                                    happened += 'h';
                                    loop.remove(ends[0]);
                                  }});
  }
  void TearDown() override {
    close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
  }
  void read_all() {
    char bytes[16];
    if (read(ends[0], bytes, sizeof bytes) == 0) loop.remove(ends[0]);
  }
  void close_other() { close(std::exchange(ends[1], -1)); }

  std::array<int, 2> ends{-1, -1};
  std::string happened;
};

TEST_F(SocketLoopTest, WritableIsToldOnlyWhereItIsAskedFor) {
  loop.run([&] {
    ++ticked;
    if (ticked == 2) {
      EXPECT_EQ(happened, "");
      loop.watch(ends[0], EventLoop::kWritable);
    }
    if (ticked == 4) loop.stop();
  });
  EXPECT_EQ(happened, "ww");
}

TEST_F(SocketLoopTest, WhatIsNotWatchedWaitsButTheEndIsTold) {
  loop.watch(ends[0], EventLoop::kNothing);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  loop.run([&] {
    ++ticked;
    if (ticked == 2) {
      EXPECT_EQ(happened, "");
      close_other();
    }
    if (ticked == 4) loop.stop();
  });
  EXPECT_EQ(happened, "h");
}

TEST_F(SocketLoopTest, WhatCameBeforeTheEndIsReadFirst) {
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  close_other();
  run(4);
  EXPECT_EQ(happened, "rr");
}

TEST_F(EventLoopTest, HurriedRoundDoesNotWait) {
  constexpr int kRounds = 400;
  const auto began = std::chrono::steady_clock::now();
  loop.run([&] {
    loop.hurry();
    if (++ticked == kRounds) loop.stop();
  });
  const auto unhurried = std::chrono::milliseconds(kRounds * EventLoop::kTickMs);
  EXPECT_LT(std::chrono::steady_clock::now() - began, unhurried / 2);
}

// epoll refuses regular files, which standard input may be.
TEST_F(EventLoopTest, RegularFileIsServedUntilItsHandlerGoes) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
  ASSERT_NE(file, nullptr);
  const int fd = fileno(file.get());
  ASSERT_EQ(write(fd, "abc", 3), 3);
  ASSERT_EQ(lseek(fd, 0, SEEK_SET), 0);
  std::string text;
  loop.add(fd, [&] {
    char byte = 0;
    if (read(fd, &byte, 1) == 1) {
      text += byte;
    } else {
      ++served;
      loop.remove(fd);
    }
  });
  run(8);
  EXPECT_EQ(text, "abc");
  EXPECT_EQ(served, 1);
}

TEST_F(EventLoopTest, SignalEndsTheLoop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    EventLoop other;
    raise(signal);
    int ticks = 0;
    other.run([&] {
      ++ticks;
      if (ticks > 1000) other.stop();
    });
    EXPECT_LE(ticks, 1000) << signal;
  }
}

TEST_F(EventLoopTest, NothingIsServedOnceStopped) {
  for (const Pipe* pipe : {&first, &second}) {
    loop.add(pipe->read_end(), [&] {
      ++served;
      loop.stop();
    });
    pipe->write_byte();
  }
  run(100);
  EXPECT_EQ(served, 1);
}

TEST_F(EventLoopTest, StoppedBeforeItRunsItDoesNothing) {
  loop.stop();
  run(3);
  EXPECT_EQ(ticked, 0);
}

}  // namespace
}  // namespace vipswitch
