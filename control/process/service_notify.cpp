#include "control/process/service_notify.h"

#include <cstdint>
#include <cstdlib>

#include <systemd/sd-daemon.h>

namespace vipswitch {

ServiceNotify::ServiceNotify() : is_wanted_(std::getenv("NOTIFY_SOCKET") != nullptr) {
  std::uint64_t interval_us = 0;
  if (is_wanted_ && sd_watchdog_enabled(0, &interval_us) > 0)
    watchdog_every_ = std::chrono::microseconds(interval_us / 2);
}

void ServiceNotify::send(const std::string& text) {
  sd_notify(0, text.c_str());
}

void ServiceNotify::ready(Clock::time_point now, const Status& status) {
  if (!is_wanted_) return;
  last_status_ = status();
  send("READY=1\nSTATUS=" + last_status_);
  next_status_ = now + kStatusEvery;
  next_watchdog_ = now;
}

void ServiceNotify::tick(Clock::time_point now, const Status& status) {
  if (!is_wanted_) return;
  if (watchdog_every_ && now >= next_watchdog_) {
    next_watchdog_ = now + *watchdog_every_;
    send("WATCHDOG=1");
  }
  if (now < next_status_) return;
  next_status_ = now + kStatusEvery;
  auto current = status();
  if (current == last_status_) return;
  last_status_ = std::move(current);
  send("STATUS=" + last_status_);
}

void ServiceNotify::stopping() {
  if (is_wanted_) send("STOPPING=1\nSTATUS=ending");
}

}  // namespace vipswitch
