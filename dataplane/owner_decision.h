#pragma once

// One step of a HAVIP's election on a worker: under the slot's lock the election takes the claim, and if the
// owner or its delivery MAC changed, the owner word is stored before the lock is released; so the rest of the
// burst that brought the claim already goes to the new owner. Then the decision is told to control.

#include <cstdint>
#include <span>

#include "dataplane/worker_state.h"

namespace vipswitch {

// `step(Election&, TimeMs now) -> Outcome` must not block. `evidence_tsc` is when the burst with the claim
// was received, 0 for what no packet brought. Claims have no effect while learning is off.
template <class Step>
void decide(WorkerState& worker, HavipId havip, std::uint64_t evidence_tsc, Step&& step) noexcept;

// What the operator says about the data, brought into force.
void steer(WorkerState& worker, HavipId havip, Steering steering) noexcept;

// Timers of the slots whose home is this worker.
void run_election_timers(WorkerState& worker, std::size_t worker_index, std::size_t worker_count) noexcept;

// A copy of the slot for control.
void take_snapshot(WorkerState& worker, HavipId havip, HavipSnapshot& snapshot) noexcept;

namespace detail {

// What is told about the decisions of one step.
struct Report {
  std::uint32_t first_sequence;
  std::uint32_t generation;
  LearnMode mode;
};

// Stores the word that the election asks for, if it differs. The slot's lock is held.
void commit_owner(WorkerState& worker, HavipId havip, HavipCold& cold,
                  const owner::Outcome& outcome) noexcept;
// The slot's lock is not held any more.
void report(WorkerState& worker, HavipId havip, std::span<const owner::OwnerChange> changes,
            const Report& told, std::uint64_t evidence_tsc) noexcept;

}  // namespace detail

template <class Step>
void decide(WorkerState& worker, HavipId havip, std::uint64_t evidence_tsc, Step&& step) noexcept {
  HavipTable& havips = worker.tables.havips;
  HavipCold& cold = havips.cold(havip);
  rte_spinlock_lock(&cold.lock);
  const LearnMode mode = cold.steering.mode;
  if (mode == LearnMode::kOff && evidence_tsc != 0) {
    rte_spinlock_unlock(&cold.lock);
    return worker.count(LearnCounter::learn_off);
  }
  const owner::Outcome outcome = step(cold.election, worker.now_ms);
  const detail::Report told{cold.sequence + 1, cold.election.generation(), mode};
  if (!outcome.owner_stands() || mode != LearnMode::kEnforce || cold.handing_over.is_valid()) {
    detail::commit_owner(worker, havip, cold, outcome);
  }
  cold.show_step(outcome, worker.now_ms);
  const TimeMs due = cold.next_due();
  rte_spinlock_unlock(&cold.lock);

  havips.deadlines().lower(havip.value(), due);
  if (outcome.remark()) worker.count(*outcome.remark());
  if (!outcome.changes().empty()) detail::report(worker, havip, outcome.changes(), told, evidence_tsc);
}

}  // namespace vipswitch
