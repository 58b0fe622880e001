#include "control/neighbour/router_schedule.h"

#include <algorithm>

namespace vipswitch {
namespace {

// RFC 4861 section 10: MAX_INITIAL_RTR_ADVERTISEMENTS, MAX_INITIAL_RTR_ADVERT_INTERVAL; section 6.2.1:
// MinRtrAdvInterval and MaxRtrAdvInterval.
constexpr unsigned kInitialCount = 3;
constexpr TimeMs kInitialIntervalMs = 16'000, kMinIntervalMs = 200'000, kMaxIntervalMs = 600'000;

}  // namespace

void RouterSchedule::start(const std::string& port, TimeMs now) {
  stop(port);
  ports_[port] = {now, kInitialCount};
  queue_.emplace(now, port);
}

void RouterSchedule::stop(const std::string& port) {
  const auto found = ports_.find(port);
  if (found == ports_.end()) return;
  const auto [first, last] = queue_.equal_range(found->second.at_ms);
  queue_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == port; }));
  ports_.erase(found);
}

void RouterSchedule::tick(TimeMs now) {
  for (unsigned left = kMaxPerTick; left > 0 && !queue_.empty() && queue_.begin()->first <= now; --left) {
    const std::string port = queue_.begin()->second;
    queue_.erase(queue_.begin());
    Due& due = ports_[port];
    if (due.initial_left > 0) --due.initial_left;
    due.at_ms = now + (due.initial_left > 0 ? kInitialIntervalMs
                                            : kMinIntervalMs + below_(kMaxIntervalMs - kMinIntervalMs + 1));
    queue_.emplace(due.at_ms, port);
    send_(port);
  }
}

}  // namespace vipswitch
