// The notices of sd_notify(3), read from a datagram socket as a service manager would.

#include "control/process/service_notify.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <vector>

namespace vipswitch {
namespace {

using namespace std::chrono_literals;

class ServiceNotifyTest : public ::testing::Test {
 protected:
  ServiceNotifyTest() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
    // An abstract name that the kernel chooses.
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    socklen_t size = sizeof address.sun_family;
    auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
    EXPECT_EQ(bind(socket_, generic, size), 0);
    size = sizeof address;
    EXPECT_EQ(getsockname(socket_, generic, &size), 0);
    const std::string name(address.sun_path + 1, size - sizeof address.sun_family - 1);
    setenv("NOTIFY_SOCKET", ("@" + name).c_str(), 1);
  }
  ~ServiceNotifyTest() override {
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    close(socket_);
  }

  void set_watchdog(std::chrono::microseconds interval, pid_t pid) {
    setenv("WATCHDOG_USEC", std::to_string(interval.count()).c_str(), 1);
    setenv("WATCHDOG_PID", std::to_string(pid).c_str(), 1);
  }

  std::vector<std::string> heard() {
    std::vector<std::string> notices;
    char text[512];
    for (ssize_t size; (size = recv(socket_, text, sizeof text, 0)) >= 0;)
      notices.emplace_back(text, static_cast<std::size_t>(size));
    return notices;
  }

  const ServiceNotify::Clock::time_point start_{1000s};
  std::string status_ = "links up: 1 of 1";
  const ServiceNotify::Status tell_ = [this] { return status_; };
  int socket_;
};

using Notices = std::vector<std::string>;

TEST_F(ServiceNotifyTest, ReadyComesWithTheStatus) {
  ServiceNotify notify;
  notify.ready(start_, tell_);
  EXPECT_EQ(heard(), Notices{"READY=1\nSTATUS=links up: 1 of 1"});
}

TEST_F(ServiceNotifyTest, SignOfLifeComesEachHalfInterval) {
  set_watchdog(4s, getpid());
  ServiceNotify notify;
  notify.ready(start_, tell_);
  heard();
  notify.tick(start_, tell_);
  EXPECT_EQ(heard(), Notices{"WATCHDOG=1"});
  notify.tick(start_ + 1999ms, tell_);
  EXPECT_EQ(heard(), Notices{});
  notify.tick(start_ + 2s, tell_);
  EXPECT_EQ(heard(), Notices{"WATCHDOG=1"});
}

TEST_F(ServiceNotifyTest, WatchdogOfAnotherProcessIsNotOurs) {
  set_watchdog(4s, getppid());
  ServiceNotify notify;
  notify.ready(start_, tell_);
  heard();
  notify.tick(start_ + 10s, tell_);
  EXPECT_EQ(heard(), Notices{});
}

TEST_F(ServiceNotifyTest, StatusIsToldWhenItIsAnotherOne) {
  ServiceNotify notify;
  notify.ready(start_, tell_);
  heard();
  notify.tick(start_ + ServiceNotify::kStatusEvery, tell_);
  EXPECT_EQ(heard(), Notices{});
  status_ = "links up: 0 of 1";
  notify.tick(start_ + ServiceNotify::kStatusEvery + 1ms, tell_);
  EXPECT_EQ(heard(), Notices{});
  notify.tick(start_ + 2 * ServiceNotify::kStatusEvery, tell_);
  EXPECT_EQ(heard(), Notices{"STATUS=links up: 0 of 1"});
}

TEST_F(ServiceNotifyTest, EndIsTold) {
  ServiceNotify notify;
  notify.stopping();
  EXPECT_EQ(heard(), Notices{"STOPPING=1\nSTATUS=ending"});
}

TEST_F(ServiceNotifyTest, ManagerThatIsGoneIsNoError) {
  ServiceNotify notify;
  close(socket_);
  notify.ready(start_, tell_);
  notify.stopping();
  socket_ = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
}

TEST_F(ServiceNotifyTest, WithoutAManagerNoStatusIsAskedFor) {
  unsetenv("NOTIFY_SOCKET");
  ServiceNotify notify;
  const ServiceNotify::Status never = []() -> std::string {
    ADD_FAILURE() << "asked";
    return {};
  };
  notify.ready(start_, never);
  notify.tick(start_ + 1h, never);
  notify.stopping();
  EXPECT_EQ(heard(), Notices{});
}

}  // namespace
}  // namespace vipswitch
