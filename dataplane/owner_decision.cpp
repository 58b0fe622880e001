#include "dataplane/owner_decision.h"

#include <rte_cycles.h>

namespace vipswitch {
namespace detail {
namespace {

OwnerWord word_of(const owner::Election& election, TimeMs now, std::uint32_t sequence) noexcept {
  const PortId owner = election.owner();
  if (!owner.is_valid()) {
    const bool released = election.state(now) == OwnerState::kReleased;
    return OwnerWord::nobody(released ? OwnerLocation::kReleased : OwnerLocation::kUnknown, sequence);
  }
  const owner::Delivery delivery = election.delivery();
  return delivery.is_virtual() ? OwnerWord::local_virtual_mac(owner, delivery.vrid(), sequence)
                               : OwnerWord::local(owner, sequence);
}

}  // namespace

void commit_owner(WorkerState& worker, HavipId havip, HavipCold& cold, std::uint32_t changes) noexcept {
  cold.sequence += changes;
  if (changes != 0) {
    const bool is_owned = cold.election.owner().is_valid();
    cold.owner_since_ms.store(is_owned ? worker.now_ms : -1, std::memory_order_relaxed);
  }
  HavipTable& havips = worker.tables.havips;
  const OwnerWord word = word_of(cold.election, worker.now_ms, cold.sequence);
  havips.hot(havip).owner.store(word.raw(), std::memory_order_release);
  havips.owner_epoch().fetch_add(1, std::memory_order_release);
}

void report(WorkerState& worker, HavipId havip, const owner::Outcome& outcome, std::uint32_t first_sequence,
            std::uint64_t evidence_tsc) noexcept {
  Event event{};
  event.kind = EventKind::kOwnerChanged;
  event.worker = worker.id;
  event.havip = havip;
  // Null if control has just removed the HAVIP; the address lets control tell a slot's tenants apart.
  const HavipRow* row = worker.tables.havips.hot(havip).row.load(std::memory_order_acquire);
  if (row != nullptr) event.address = row->address;
  event.evidence_tsc = evidence_tsc;
  event.commit_tsc = rte_rdtsc();
  event.sequence = first_sequence;
  for (const owner::OwnerChange& change : outcome.changes()) {
    event.trigger = change.trigger;
    event.rule = change.rule;
    event.evidence = change.evidence;
    event.priority = change.priority;
    event.vrid = change.vrid;
    event.from = change.from;
    event.to = change.to;
    event.at_ms = change.at_ms;
    worker.count(LearnCounter::owner_changes);
    worker.emit(event);  // if it is lost, the sequence tells
    ++event.sequence;
  }
}

}  // namespace detail

void run_election_timers(WorkerState& worker, std::size_t worker_index, std::size_t worker_count) noexcept {
  HavipTable& havips = worker.tables.havips;
  havips.deadlines().collect_due(worker.now_ms, worker_index, worker_count, [&](std::size_t slot) {
    const HavipId havip(static_cast<std::uint32_t>(slot));
    // A closed slot keeps its last deadline, and control may be opening it anew.
    if (havips.hot(havip).row.load(std::memory_order_acquire) == nullptr) return DeadlineTree::kNever;
    decide(worker, havip, 0, [](owner::Election& election, TimeMs now) { return election.tick(now); });
    return DeadlineTree::kNever;  // decide() has set the slot's new deadline
  });
}

void take_snapshot(WorkerState& worker, HavipId havip, HavipSnapshot& snapshot) noexcept {
  HavipTable& havips = worker.tables.havips;
  HavipCold& cold = havips.cold(havip);
  rte_spinlock_lock(&cold.lock);
  snapshot.election = cold.election;
  snapshot.owner = havips.hot(havip).owner_word();
  snapshot.sequence = cold.sequence;
  snapshot.owner_since_ms = cold.owner_since_ms.load(std::memory_order_relaxed);
  snapshot.delivered_to_old = havips.hot(havip).delivered_to_old.load(std::memory_order_relaxed);
  rte_spinlock_unlock(&cold.lock);
  snapshot.now_ms = worker.now_ms;
}

}  // namespace vipswitch
