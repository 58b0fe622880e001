#pragma once

// One step of a HAVIP's election on a worker: under the slot's lock the election takes the claim, and if the
// owner or its delivery MAC changed, the owner word is stored before the lock is released; so the rest of the
// burst that brought the claim already goes to the new owner. Then the decision is told to control.

#include <cstdint>

#include "dataplane/owner_report.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

// `step(HavipCold&, TimeMs now) -> owner::Outcome` steps the slot's election, and must not block.
// `evidence_tsc` is when the burst with the claim was received, 0 for what no packet brought. Claims have no
// effect while learning is off.
template <class Step>
void decide_slot(WorkerState& worker, HavipId havip, std::uint64_t evidence_tsc, Step&& step) noexcept;

// Likewise, with `step(owner::Election&, TimeMs now)`.
template <class Step>
void decide(WorkerState& worker, HavipId havip, std::uint64_t evidence_tsc, Step&& step) noexcept {
  decide_slot(worker, havip, evidence_tsc,
              [&](HavipCold& cold, TimeMs now) { return step(cold.election, now); });
}

// What the operator says about the data, brought into force.
void steer(WorkerState& worker, HavipId havip, Steering steering) noexcept;

// Timers of the slots whose home is this worker: elections, handovers, and the switch's own questions.
void run_election_timers(WorkerState& worker, std::size_t worker_index, std::size_t worker_count) noexcept;

// A copy of the slot for control.
void take_snapshot(WorkerState& worker, HavipId havip, HavipSnapshot& snapshot) noexcept;

namespace detail {

// Stores the word that the election asks for, if it differs. The slot's lock is held.
DataMove commit_owner(WorkerState& worker, HavipId havip, HavipCold& cold,
                      const owner::Outcome& outcome) noexcept;
// The port adverts though the owner outranks it. Once is a race, and so are those that the handover holds
// back from it; again within three of its intervals, or ten seconds, is none.
bool is_contended(HavipCold& cold, PortId port, TimeMs now) noexcept;

}  // namespace detail

template <class Step>
void decide_slot(WorkerState& worker, HavipId havip, std::uint64_t evidence_tsc, Step&& step) noexcept {
  HavipTable& havips = worker.tables.havips;
  HavipCold& cold = havips.cold(havip);
  rte_spinlock_lock(&cold.lock);
  const LearnMode mode = cold.mode;
  if (mode == LearnMode::kOff && evidence_tsc != 0) {
    rte_spinlock_unlock(&cold.lock);
    return worker.count(LearnCounter::learn_off);
  }
  const owner::Outcome outcome = step(cold, worker.now_ms);
  const Report told{cold.sequence + 1, cold.election.generation(), mode};
  DataMove move{};
  if (!outcome.owner_stands() || mode != LearnMode::kEnforce || cold.is_handing_over)
    move = detail::commit_owner(worker, havip, cold, outcome);
  if (!outcome.is_repetition()) cold.review(worker.now_ms);
  const bool is_contended =
      outcome.outranked().is_valid() && detail::is_contended(cold, outcome.outranked(), worker.now_ms);
  cold.show_step(outcome, worker.now_ms);
  const TimeMs due = cold.next_due(havips.warm(havip));
  rte_spinlock_unlock(&cold.lock);

  havips.deadlines().lower(havip.value(), due);
  if (outcome.remark()) worker.count(*outcome.remark());
  if (!outcome.changes().empty()) report_decisions(worker, havip, outcome.changes(), told, evidence_tsc);
  if (move.happened()) report_move(worker, havip, move);
  if (is_contended) give_notice(worker, havip, outcome.outranked(), Notice::kContention);
}

}  // namespace vipswitch
