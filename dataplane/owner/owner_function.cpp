// The rules of the election: which record ranks highest, what waits, and when time alone changes anything
// (owner learning 5.1 and 5.2). Idempotent at any one moment: naming a winner moves the generation on, and
// only the winner is in the new one.

#include <algorithm>
#include <cassert>
#include <compare>

#include "dataplane/owner/election.h"

namespace vipswitch::owner {
namespace {

constexpr TimeMs kWaitingLifetimeMs = 10'000;
// 200 turns a second, 400 at once.
constexpr std::uint32_t kTurnMs = 5, kTurnsMs = 2'000;

// How far the end of a record's turns lies ahead; no farther than it can.
constexpr std::uint32_t ahead_ms(std::uint32_t turns_end, TimeMs now) noexcept {
  const std::uint32_t ahead = turns_end - static_cast<std::uint32_t>(now);
  return ahead <= kTurnsMs ? ahead : 0;
}

}  // namespace

// The rank of a record that may own the address, compared from the first field to the last.
struct Election::Standing {
  // T3, T2 and T1 of owner learning 5.1.
  enum class Tier : std::uint8_t { kNone, kWeakHint, kLatestClaim, kFreshVrrp };

  Tier tier = Tier::kNone;
  EvidenceClass evidence = EvidenceClass::kNone;
  std::uint8_t priority = 0;
  PrimaryIp primary_ip;
  PortId port;
  Member member = kNobody;

  auto operator<=>(const Standing&) const noexcept = default;

  Rule rule() const noexcept {
    switch (tier) {
      case Tier::kNone:
        return Rule::kNobody;
      case Tier::kWeakHint:
        return Rule::kWeakHint;
      case Tier::kLatestClaim:
        return Rule::kLatestClaim;
      case Tier::kFreshVrrp:
        return Rule::kFreshVrrp;
    }
    return Rule::kNobody;
  }
};

// --- evidence
// ---------------------------------------------------------------------------------------------------

bool Election::is_fresh(const Record& record, TimeMs now) const noexcept {
  return record.active && record.evidence == EvidenceClass::kVrrp &&
         now - record.last_advert <= freshness_ms(record.interval_ms);
}

bool Election::is_current(const Record& record) const noexcept {
  return record.is_named || record.is_heard;
}

// A stalled guest must not lose its address to a stray announcement: unless the claimant speaks VRRP itself,
// it waits until the time by which a real successor would have adverted.
bool Election::holds_against(const Record& record, const Record& claimant) const noexcept {
  if (!record.active || record.evidence != EvidenceClass::kVrrp || !is_current(record)) return false;
  if (is_fresh(record, now_)) return true;
  const TimeMs dead_ms = dead_time_ms(record.interval_ms);
  return now_ - record.last_advert <= dead_ms && !is_fresh(claimant, now_);
}

bool Election::is_shadowed(const Record& claimant) const noexcept {
  return std::any_of(members_.begin(), members_.end(), [&](const Record& record) {
    return &record != &claimant && holds_against(record, claimant);
  });
}

// --- the owner function
// -----------------------------------------------------------------------------------------

Election::Standing Election::standing(Member member) const noexcept {
  using Tier = Standing::Tier;
  const Record& record = members_[member];
  Tier tier = Tier::kNone;
  if (is_fresh(record, now_) && is_current(record)) {
    tier = Tier::kFreshVrrp;
  } else if (record.active && record.is_named) {
    tier = record.evidence >= EvidenceClass::kAnnouncement ? Tier::kLatestClaim : Tier::kWeakHint;
  } else {
    return {};
  }
  return {tier,        record.evidence, record.priority, PrimaryIp::of_number(record.primary_ip),
          record.port, member};
}

Election::Standing Election::best_standing() const noexcept {
  Standing best;
  for (Member i = 0; i < behind_last_member(); ++i) best = std::max(best, standing(i));
  return best;
}

void Election::evaluate(Trigger trigger, Outcome& outcome) noexcept {
  const Standing winner = best_standing();
  if (!has(winner.member)) {
    released_ = released_ || has(elected_);
    elected_ = kNobody;
  } else {
    Record& record = members_[winner.member];
    if (!record.is_named) {
      begin_generation();
      record.is_named = record.is_heard = true;
    }
    released_ = false;
    elected_ = winner.member;
  }
  name_owner(winner.rule(), trigger, outcome);
}

Rule Election::rule() const noexcept {
  return pin_holds() ? Rule::kPinned : best_standing().rule();
}

bool Election::pin_holds() const noexcept {
  return has(pinned_) && !members_[pinned_].down;
}

void Election::name_owner(Rule elected_by, Trigger trigger, Outcome& outcome) noexcept {
  const bool pinned = pin_holds();
  const Member owner = pinned ? pinned_ : elected_;
  if (owner == owner_) return;
  const Record* record = has(owner) ? &members_[owner] : nullptr;
  const EvidenceClass evidence =
      record != nullptr && record->active ? record->evidence : EvidenceClass::kNone;
  const bool speaks_vrrp = evidence == EvidenceClass::kVrrp;
  outcome.add({
      .at_ms = now_,
      .from = port_of(owner_),
      .to = port_of(owner),
      .trigger = trigger,
      .rule = pinned ? Rule::kPinned : elected_by,
      .evidence = evidence,
      .priority = speaks_vrrp ? record->priority : std::uint8_t{0},
      .vrid = speaks_vrrp ? record->vrid : std::uint8_t{0},
  });
  owner_ = owner;
}

// --- announcements that wait
// ------------------------------------------------------------------------------------

void Election::settle(Trigger trigger, Outcome& outcome) noexcept {
  if (has_deferred_) [[unlikely]]
    take_deferred_turns(outcome);
  evaluate(trigger, outcome);
  const Member claimant = waiting_;
  if (!has(claimant)) return;
  if (now_ - waiting_since_ > kWaitingLifetimeMs) {
    waiting_ = kNobody;
  } else if (!is_shadowed(members_[claimant]) && take_credit()) {
    waiting_ = kNobody;
    take(claimant, EvidenceClass::kAnnouncement, trigger, outcome);
  }
}

void Election::wait(Member member) noexcept {
  waiting_ = member;
  waiting_since_ = now_;
}

TimeMs Election::credit_ms(TimeMs now) const noexcept {
  return kCreditMaxMs - std::max(TimeMs{0}, credit_full_at_ - now);
}

// Moving the owner away from somebody costs credit; naming one where there is none does not.
bool Election::take_credit() noexcept {
  if (!has(elected_)) return true;
  if (credit_ms(now_) < kCreditCostMs) return false;
  credit_full_at_ = std::max<TimeMs>(credit_full_at_, now_) + kCreditCostMs;
  return true;
}

void Election::begin_generation() noexcept {
  generation_ = generation_ + 1;
  for (Record& record : members_) record.is_named = record.is_heard = false;
}

void Election::take(Member member, EvidenceClass evidence, Trigger trigger, Outcome& outcome) noexcept {
  Record& record = members_[member];
  // A VRRP speaker stays one: while its adverts are fresh, and against a mere hint even after.
  const bool speaks_vrrp = record.active && record.evidence == EvidenceClass::kVrrp;
  if (!speaks_vrrp || (evidence == EvidenceClass::kAnnouncement && !is_fresh(record, now_))) {
    record.evidence = evidence;
  }
  record.active = true;
  begin_generation();
  record.is_named = true;
  evaluate(trigger, outcome);
}

void Election::leave(Member member, Trigger trigger, Outcome& outcome) noexcept {
  if (waiting_ == member) waiting_ = kNobody;
  settle(trigger, outcome);
}

// --- turns
// --------------------------------------------------------------------------------------------------------

// From when on the record may take one.
TimeMs Election::next_turn(const Record& record) const noexcept {
  const std::uint32_t needed = ahead_ms(record.turns_end, now_) + kTurnMs;
  return now_ + (needed <= kTurnsMs ? 0 : needed - kTurnsMs);
}

bool Election::take_turn(Record& record) noexcept {
  record.is_deferred = next_turn(record) > now_;
  if (record.is_deferred) {
    has_deferred_ = true;
    return false;
  }
  record.turns_end = static_cast<std::uint32_t>(now_) + ahead_ms(record.turns_end, now_) + kTurnMs;
  return true;
}

void Election::take_deferred_turns(Outcome& outcome) noexcept {
  has_deferred_ = false;
  for (Member i = 0; i < behind_last_member(); ++i) {
    // Its claim may have named another MAC.
    if (members_[i].is_deferred && take_turn(members_[i]) && i == owner_) outcome.delivery_changed_ = true;
  }
}

TimeMs Election::due_of_turns() const noexcept {
  TimeMs earliest = kNever;
  for (const Record& record : members_) {
    if (record.is_deferred) earliest = std::min(earliest, next_turn(record));
  }
  return earliest;
}

// --- time
// -------------------------------------------------------------------------------------------------------

void Election::pass_time(TimeMs now, Outcome& outcome) noexcept {
  const TimeMs target = time_at(now);
  while (due_ <= target) {
    now_ = next_due();
    settle(Trigger::kExpiry, outcome);
    due_ = earliest_due();
  }
  now_ = target;
}

// The next moment after now_ at which something expires that can matter.
TimeMs Election::earliest_due() const noexcept {
  const TimeMs due = has(waiting_) ? due_of_waiting() : due_of_winner();
  return has_deferred_ ? std::min(due, due_of_turns()) : due;
}

// While nothing waits, only the freshness of a winner with a rival: any other expiry lowers or removes a rank
// below the winner's, and a winner without rivals stays what it is, the latest claim.
TimeMs Election::due_of_winner() const noexcept {
  const Standing winner = best_standing();
  if (winner.tier != Standing::Tier::kFreshVrrp) return kNever;
  std::size_t ranked = 0;
  for (Member i = 0; i < behind_last_member(); ++i) ranked += standing(i).tier != Standing::Tier::kNone;
  if (ranked < 2) return kNever;
  return suspect_from(members_[winner.member]);
}

// While an announcement waits, whatever may hold against it or for it, its own end, and the credit it needs.
TimeMs Election::due_of_waiting() const noexcept {
  TimeMs earliest = kNever;
  const auto consider = [&](TimeMs due) {
    if (due > now_) earliest = std::min(earliest, due);
  };
  for (const Record& record : members_) {
    if (!record.active || record.evidence != EvidenceClass::kVrrp) continue;
    consider(suspect_from(record));
    consider(record.last_advert + dead_time_ms(record.interval_ms) + 1);
  }
  consider(waiting_since_ + kWaitingLifetimeMs + 1);
  consider(credit_full_at_ - (kCreditMaxMs - kCreditCostMs));
  return earliest;
}

}  // namespace vipswitch::owner
