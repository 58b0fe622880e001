#pragma once

// Tells when a worker has not finished a poll for kStuckMs (a driver that hangs, a core taken away), and when
// it polls again: events worker_stuck and worker_resumed. A look counts only if the control thread itself was
// on time, so that a machine that stood still as a whole accuses nobody. Control thread only.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "control/event/event_journal.h"
#include "vipswitch/time.h"

namespace vipswitch {

class WorkerWatchdog {
 public:
  static constexpr TimeMs kStuckMs = 100;

  // `polls(i)` counts the polls that worker i has finished.
  WorkerWatchdog(std::vector<unsigned> lcores, std::function<std::uint64_t(std::size_t)> polls,
                 EventJournal& events);

  // Call it every few milliseconds.
  void tick(TimeMs now);
  bool is_stuck(std::size_t worker) const { return workers_[worker].is_stuck; }

 private:
  struct Watched {
    std::uint64_t polls = 0;
    TimeMs moved_ms = 0;  // when `polls` was last seen to have grown
    unsigned still_looks = 0;
    bool is_stuck = false;
  };

  void look(std::size_t worker, TimeMs now);

  std::vector<unsigned> lcores_;
  std::function<std::uint64_t(std::size_t)> polls_;
  EventJournal& events_;
  std::vector<Watched> workers_;
  TimeMs looked_ms_ = -1;
};

}  // namespace vipswitch
