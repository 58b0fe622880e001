#include "control/runtime/worker_watchdog.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace vipswitch {
namespace {

constexpr TimeMs kLookEveryMs = 20;
constexpr unsigned kLooks = WorkerWatchdog::kStuckMs / kLookEveryMs;

}  // namespace

WorkerWatchdog::WorkerWatchdog(std::vector<unsigned> lcores, std::function<std::uint64_t(std::size_t)> polls,
                               EventJournal& events)
    : lcores_(std::move(lcores)), polls_(std::move(polls)), events_(events), workers_(lcores_.size()) {}

void WorkerWatchdog::tick(TimeMs now) {
  if (looked_ms_ >= 0 && now < looked_ms_ + kLookEveryMs) return;
  looked_ms_ = now;
  for (std::size_t i = 0; i < workers_.size(); ++i) look(i, now);
}

void WorkerWatchdog::look(std::size_t worker, TimeMs now) {
  Watched& watched = workers_[worker];
  const std::uint64_t polls = polls_(worker);
  if (polls != watched.polls) {
    if (std::exchange(watched.is_stuck, false)) {
      events_.add(EventName::worker_resumed,
                  {{"lcore", lcores_[worker]}, {"stuck_ms", now - watched.moved_ms}});
    }
    watched.polls = polls;
    watched.moved_ms = now;
    watched.still_looks = 0;
    return;
  }
  if (++watched.still_looks < kLooks || now - watched.moved_ms < kStuckMs || watched.is_stuck) return;
  watched.is_stuck = true;
  events_.add(EventName::worker_stuck, {{"lcore", lcores_[worker]}, {"stuck_ms", now - watched.moved_ms}});
}

}  // namespace vipswitch
