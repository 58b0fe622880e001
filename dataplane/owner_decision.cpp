#include "dataplane/owner_decision.h"

#include <algorithm>
#include <optional>
#include <rte_cycles.h>
#include <utility>

#include "dataplane/owner_probe.h"

namespace vipswitch {
namespace {

constexpr TimeMs kContentionMs = 10'000;

OwnerWord word_of(const HavipWarm& warm, const HavipCold& cold, TimeMs now) noexcept {
  const PortId port = cold.port_with_data(warm);
  if (!port.is_valid()) {
    const bool is_released =
        cold.mode == LearnMode::kEnforce && cold.election.state(now) == OwnerState::kReleased;
    return OwnerWord::nobody(is_released ? OwnerLocation::kReleased : OwnerLocation::kUnknown, cold.sequence);
  }
  const owner::Delivery delivery = cold.election.delivery_of(port);
  return delivery.is_virtual() ? OwnerWord::local_virtual_mac(port, delivery.vrid(), cold.sequence)
                               : OwnerWord::local(port, cold.sequence);
}

// A word that sends the data elsewhere is watched: its first packet is told.
DataMove store_word(WorkerState& worker, HavipId havip, const HavipCold& cold) noexcept {
  HavipTable& havips = worker.tables.havips;
  const OwnerWord before = havips.owner_word(havip);
  OwnerWord word = word_of(havips.warm(havip), cold, worker.now_ms);
  DataMove move{};
  if (before.is_local()) move.from = before.port();
  if (word.is_local()) move.to = word.port();
  if (move.happened() ? word.is_local() : before.is_watched()) word = word.watched();
  havips.owner(havip).store(word.raw(), std::memory_order_release);
  havips.owner_epoch().fetch_add(1, std::memory_order_release);
  if (!move.happened()) return move;
  move.commit_tsc = rte_rdtsc();
  move.sequence = cold.sequence;
  move.dropped = havips.warm(havip).dropped.load(std::memory_order_relaxed);
  if (move.from.is_valid()) move.last_delivery_tsc = havips.last_delivery_tsc(havip, move.commit_tsc);
  return move;
}

// Whether a port that is no longer the owner still takes data: it was outranked, it did not leave. Of one
// that is only remembered from before a restart nothing is known.
bool still_delivers(const owner::Election& election, PortId port, TimeMs now) noexcept {
  for (std::size_t i = 0; i < election.member_count(); ++i) {
    const owner::MemberStatus member = election.member(i, now);
    if (member.port == port) return !member.down && !member.resigned && !member.restored;
  }
  return false;
}

// Only a fresh VRRP speaker that outranks another by its advert is waited for: announcements come from who
// holds the address, and after a resignation or a loss of the link there is nobody to stay with.
bool is_gradual(const HavipCold& cold, const owner::OwnerChange& change, PortId had_data,
                TimeMs now) noexcept {
  return cold.handover == Handover::kAnnounced && change.trigger == Trigger::kAdvert &&
         change.rule == Rule::kFreshVrrp && change.from.is_valid() && had_data != change.to &&
         still_delivers(cold.election, had_data, now);
}

void begin_handover(HavipWarm& warm, HavipCold& cold, PortId from, TimeMs now) noexcept {
  warm.set_predecessor(Predecessor(from, now + kHandoverMs));
  cold.is_handing_over = true;
}

// What the old owner has got it may answer.
void complete_handover(HavipWarm& warm, HavipCold& cold, TimeMs now) noexcept {
  warm.set_predecessor(Predecessor(warm.predecessor().port(), now + kHandoverMs));
  cold.is_handing_over = false;
}

void break_off_handover(HavipWarm& warm, HavipCold& cold) noexcept {
  warm.set_predecessor(Predecessor());
  cold.is_handing_over = false;
}

// After a step of the election: whether data follows it now or later.
void hand_over(WorkerState& worker, HavipWarm& warm, HavipCold& cold,
               const owner::Outcome& outcome) noexcept {
  const auto changes = outcome.changes();
  const TimeMs now = worker.now_ms;
  if (!changes.empty()) {
    const PortId had_data = cold.is_handing_over ? warm.predecessor().port() : changes.front().from;
    if (is_gradual(cold, changes.back(), had_data, now)) return begin_handover(warm, cold, had_data, now);
    break_off_handover(warm, cold);
  } else if (cold.is_handing_over) {
    if (outcome.elected_announced()) {
      worker.count(LearnCounter::handover_announced);
      complete_handover(warm, cold, now);
    } else if (now >= cold.handover_ends(warm)) {
      worker.count(LearnCounter::handover_expired);
      complete_handover(warm, cold, now);
    } else if (!still_delivers(cold.election, warm.predecessor().port(), now)) {
      break_off_handover(warm, cold);
    }
  }
}

void set_owner_since(HavipCold& cold, PortId owner, TimeMs now) noexcept {
  cold.owner_since_ms.store(owner.is_valid() ? now : -1, std::memory_order_relaxed);
}

// Only enforced decisions move data; the others are compared with where it goes.
void count_disagreements(WorkerState& worker, HavipCold& cold, const owner::Outcome& outcome) noexcept {
  for (const owner::OwnerChange& change : outcome.changes()) {
    if (cold.mode != LearnMode::kObserve || change.to == PortId(cold.steered_to)) continue;
    ++cold.disagreements;
    worker.count(LearnCounter::observe_disagreed);
  }
}

}  // namespace

namespace detail {

DataMove commit_owner(WorkerState& worker, HavipId havip, HavipCold& cold,
                      const owner::Outcome& outcome) noexcept {
  cold.sequence += static_cast<std::uint32_t>(outcome.changes().size());
  if (cold.mode == LearnMode::kEnforce) {
    hand_over(worker, worker.tables.havips.warm(havip), cold, outcome);
    if (!outcome.changes().empty()) set_owner_since(cold, cold.election.owner(), worker.now_ms);
    return store_word(worker, havip, cold);
  }
  count_disagreements(worker, cold, outcome);
  const OwnerWord stored = worker.tables.havips.owner_word(havip);
  if (stored.same_place(word_of(worker.tables.havips.warm(havip), cold, worker.now_ms))) return {};
  return store_word(worker, havip, cold);
}

bool is_contended(HavipCold& cold, PortId port, TimeMs now) noexcept {
  if (cold.is_handing_over) return false;
  const PortId before = std::exchange(cold.outranked, port);
  const TimeMs before_ms = std::exchange(cold.outranked_at, now);
  const auto member = cold.election.member(port, now);
  if (before != port || !member) return false;
  return now - before_ms <= std::max(kContentionMs, TimeMs{3} * member->advert.interval_ms);
}

}  // namespace detail

namespace {

// The election before `steering` is in force. From off, the port that has the data is where the election
// begins, so that it keeps the data until something claims.
std::optional<LearnCounter> prepare_election(HavipCold& cold, Steering steering, TimeMs now) noexcept {
  if (steering.mode == LearnMode::kOff) {
    (void)cold.election.forget(now);
  } else if (cold.mode == LearnMode::kOff && cold.steered_to.is_valid()) {
    (void)cold.election.restore(cold.steered_to, 0, now);
  }
  (void)cold.election.follow(steering.follow_vrid, now);
  if (steering.mode == LearnMode::kEnforce && steering.port.is_valid()) {
    return cold.election.pin(steering.port, now).remark();
  }
  return cold.election.unpin(now).remark();
}

Trigger trigger_of(Steering before, Steering after) noexcept {
  if (before.mode != after.mode) return Trigger::kLearnMode;
  if (before.port == after.port) return Trigger::kFollow;
  if (after.is_pinned) return Trigger::kPin;
  if (before.is_pinned) return Trigger::kUnpin;
  // Not enforced: the port that was bound first is another.
  return before.port.is_valid() ? Trigger::kUnbind : Trigger::kBind;
}

}  // namespace

void steer(WorkerState& worker, HavipId havip, Steering steering) noexcept {
  HavipTable& havips = worker.tables.havips;
  HavipCold& cold = havips.cold(havip);
  HavipWarm& warm = havips.warm(havip);
  rte_spinlock_lock(&cold.lock);
  owner::OwnerChange change{};
  change.trigger = trigger_of(cold.steering(), steering);
  change.from = cold.port_with_data(warm);
  change.at_ms = worker.now_ms;
  const auto remark = prepare_election(cold, steering, worker.now_ms);
  cold.set_steering(steering);
  break_off_handover(warm, cold);
  change.to = cold.port_with_data(warm);
  change.rule = steering.mode == LearnMode::kEnforce ? cold.election.rule() : Rule::kFixed;
  const bool moves = change.from != change.to;
  if (moves) {
    ++cold.sequence;
    set_owner_since(cold, change.to, worker.now_ms);
  }
  const DataMove move = store_word(worker, havip, cold);
  cold.review(worker.now_ms);
  cold.show_state(worker.now_ms);
  const Report told{cold.sequence, cold.election.generation(), steering.mode};
  const TimeMs due = cold.next_due(warm);
  rte_spinlock_unlock(&cold.lock);
  havips.deadlines().lower(havip.value(), due);
  if (remark) worker.count(*remark);
  if (moves) report_decisions(worker, havip, {&change, 1}, told, 0);
  if (move.happened()) report_move(worker, havip, move);
}

namespace {

void run_timers_of(WorkerState& worker, HavipId havip) noexcept {
  owner::ProbeRound round;
  PortId elected;
  decide_slot(worker, havip, 0, [&](HavipCold& cold, TimeMs now) {
    if (cold.prober.wants_turn(cold.election, now)) {
      const TimeMs turn = worker.probe_turns.take(now);
      if (turn > now) cold.prober.put_off(turn);
    }
    const owner::Outcome outcome = cold.prober.run(cold.election, now, round);
    elected = cold.election.elected();
    return outcome;
  });
  if (round.is_contested) give_notice(worker, havip, elected, Notice::kMultiResponder);
  send_probes(worker, havip, round);
}

}  // namespace

void run_election_timers(WorkerState& worker, std::size_t worker_index, std::size_t worker_count) noexcept {
  HavipTable& havips = worker.tables.havips;
  havips.deadlines().collect_due(worker.now_ms, worker_index, worker_count, [&](std::size_t slot) {
    const HavipId havip(static_cast<std::uint32_t>(slot));
    // A closed slot keeps its last deadline, and control may be opening it anew.
    if (havips.row(havip) == nullptr) return DeadlineTree::kNever;
    run_timers_of(worker, havip);
    return DeadlineTree::kNever;  // decide_slot() has set the slot's new deadline
  });
}

void take_snapshot(WorkerState& worker, HavipId havip, HavipSnapshot& snapshot) noexcept {
  HavipTable& havips = worker.tables.havips;
  HavipCold& cold = havips.cold(havip);
  const HavipWarm& warm = havips.warm(havip);
  rte_spinlock_lock(&cold.lock);
  snapshot.election = cold.election;
  snapshot.owner = havips.owner_word(havip);
  snapshot.sequence = cold.sequence;
  snapshot.owner_since_ms = cold.owner_since_ms.load(std::memory_order_relaxed);
  snapshot.steering = cold.steering();
  snapshot.handover_ends_ms = cold.handover_ends(warm);
  snapshot.disagreements = cold.disagreements;
  snapshot.delivered_to_old = warm.delivered_to_old.load(std::memory_order_relaxed);
  snapshot.dropped = warm.dropped.load(std::memory_order_relaxed);
  snapshot.unclaimed_since_ms = cold.unclaimed_since;
  for (std::size_t i = 0; i < kNoticeCount; ++i) snapshot.noticed_ms[i] = cold.notices[i].last_ms();
  snapshot.next_question_ms = cold.prober.next_due();
  snapshot.probing = cold.prober.status(worker.now_ms);
  rte_spinlock_unlock(&cold.lock);
  snapshot.now_ms = worker.now_ms;
}

}  // namespace vipswitch
