#pragma once

// What a service manager hears from a service of Type=notify (sd_notify(3)): that the configuration is in
// force, one line of status, a sign of life for WatchdogSec=, and that the end has begun. Without
// $NOTIFY_SOCKET nothing is sent and no status asked for. Control thread only. A manager that is gone is no
// error: the switch goes on.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace vipswitch {

class ServiceNotify {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kStatusEvery{5};

  // Reads $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID.
  ServiceNotify();

  // One line for people, without line breaks.
  using Status = std::function<std::string()>;

  void ready(Clock::time_point now, const Status& status);
  // A sign of life each half of the manager's interval, the status when it is another one.
  void tick(Clock::time_point now, const Status& status);
  void stopping();

 private:
  void send(const std::string& text);

  bool is_wanted_;
  std::optional<Clock::duration> watchdog_every_;
  Clock::time_point next_watchdog_;
  Clock::time_point next_status_;
  std::string last_status_;
};

}  // namespace vipswitch
