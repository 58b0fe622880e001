#pragma once

// The data plane of one process, put together: tables, grace periods, workers with their packet pools and
// rings, the event ring. Made once after EAL is up; launch() puts each worker on its lcore, stop() or the
// destructor brings them back.

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include "control/config/settings.h"
#include "dataplane/clock.h"
#include "dataplane/rcu.h"
#include "dataplane/tables.h"
#include "dataplane/worker.h"
#include "vipswitch/result.h"

namespace vipswitch {

class DataplaneHost {
 public:
  // One worker for each lcore of `worker_lcores`. Errors: internal, when memory is short, saying for what.
  static Result<std::unique_ptr<DataplaneHost>> create(const Settings& settings,
                                                       const std::vector<unsigned>& worker_lcores,
                                                       const Clock& clock);
  ~DataplaneHost();
  DataplaneHost(const DataplaneHost&) = delete;
  DataplaneHost& operator=(const DataplaneHost&) = delete;

  // Errors: invalid_argument, for an lcore that EAL was not given.
  Result<void> launch();
  // Brings the workers back. What they use may be taken apart afterwards.
  void stop();

  Tables& tables() noexcept { return *tables_; }
  Rcu& rcu() noexcept { return rcu_; }
  const Clock& clock() const noexcept { return clock_; }
  WorkerShared& shared() noexcept { return *shared_; }
  rte_ring* events() noexcept { return events_.get(); }
  std::vector<std::unique_ptr<Worker>>& workers() noexcept { return workers_; }
  const std::vector<unsigned>& lcores() const noexcept { return lcores_; }
  const Settings& settings() const noexcept { return settings_; }

  TimeMs now_ms() const noexcept;

  // Has a worker send a frame of control's making, its parts one after the other, out of the port. Lost if
  // packets or the mailbox are short: what control sends, it sends again.
  void send(PortId port, std::initializer_list<std::span<const std::byte>> parts) noexcept;

  // The worker that runs the slot's timers and takes control's commands for it.
  Worker& home_of(HavipId havip) noexcept;

 private:
  DataplaneHost(const Settings& settings, const std::vector<unsigned>& worker_lcores, const Clock& clock);
  Result<void> make_workers(const Settings& settings);

  std::vector<unsigned> lcores_;
  Settings settings_;
  Clock clock_;
  Rcu rcu_;
  std::unique_ptr<Tables> tables_;
  std::unique_ptr<WorkerShared> shared_;
  RingHandle events_;
  std::vector<std::unique_ptr<Worker>> workers_;
  bool is_launched_ = false;
};

}  // namespace vipswitch
