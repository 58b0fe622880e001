#pragma once

// When the gateway of a subnet advertises itself to a port without being asked (RFC 4861 6.2.4): at once and
// twice more 16 s apart, then at random between 200 and 600 s. Each port has a time of its own, so that a
// large subnet makes no burst. A schedule on injected time and chance. Control thread only.

#include <functional>
#include <map>
#include <string>

#include "vipswitch/time.h"

namespace vipswitch {

class RouterSchedule {
 public:
  static constexpr unsigned kMaxPerTick = 64;

  // `below(n)` is a random number from 0 to n - 1.
  RouterSchedule(std::function<void(const std::string& port)> send, std::function<TimeMs(TimeMs)> below)
      : send_(std::move(send)), below_(std::move(below)) {}

  // Begins, or begins anew because what is advertised has changed.
  void start(const std::string& port, TimeMs now);
  void stop(const std::string& port);
  bool has(const std::string& port) const { return ports_.contains(port); }
  void tick(TimeMs now);

 private:
  struct Due {
    TimeMs at_ms;
    unsigned initial_left;
  };

  std::function<void(const std::string&)> send_;
  std::function<TimeMs(TimeMs)> below_;
  std::map<std::string, Due> ports_;
  std::multimap<TimeMs, std::string> queue_;  // those of ports_, by time
};

}  // namespace vipswitch
