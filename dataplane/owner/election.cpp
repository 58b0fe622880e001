// The inputs of the election: what each kind of evidence does to the record of its port. The rules that then
// name the owner are in owner_function.cpp.

#include "dataplane/owner/election.h"

#include <algorithm>
#include <cassert>

namespace vipswitch::owner {
namespace {

Record blank(PortId port, LinkState link) noexcept {
  Record record;
  record.port = port;
  record.down = link == LinkState::kDown;
  return record;
}

}  // namespace

// Every input has this frame: time first, then the act, then the deadline that follows from the new state.
template <class Input>
Outcome Election::act(TimeMs now, Input&& input) noexcept {
  Outcome outcome;
  pass_time(now, outcome);
  input(outcome);
  due_ = earliest_due();
  return outcome;
}

Outcome Election::bind(PortId port, LinkState link, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (!has(find(port))) {
      assert(port.is_valid() && !members_.is_full());
      if (!port.is_valid() || members_.is_full()) return;
      members_.add(blank(port, link));
    }
    settle(Trigger::kBind, outcome);
  });
}

Outcome Election::unbind(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = find(port);
    if (!has(member)) return settle(Trigger::kUnbind, outcome);
    members_[member] = blank(port, LinkState::kDown);
    if (pinned_ == member) pinned_ = kNobody;
    leave(member, Trigger::kUnbind, outcome);
    remove(member);
  });
}

Outcome Election::down(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = find(port);
    if (has(member)) {
      members_[member].down = true;
      members_[member].active = false;
    }
    leave(member, Trigger::kPortDown, outcome);
  });
}

Outcome Election::up(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (const Member member = find(port); has(member)) members_[member].down = false;
    settle(Trigger::kPortUp, outcome);
  });
}

Outcome Election::pin(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = find(port);
    if (!has(member)) return outcome.set_remark(LearnCounter::pin_refused);
    pinned_ = member;
    settle(Trigger::kPin, outcome);
  });
}

Outcome Election::unpin(TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    pinned_ = kNobody;
    settle(Trigger::kUnpin, outcome);
  });
}

Outcome Election::restore(PortId port, std::uint32_t generation, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = find(port);
    if (!has(member) || has(elected_)) return;
    generation_ = std::max<std::uint32_t>(generation_, generation);
    members_[member].restored = true;
    take(member, EvidenceClass::kWeak, Trigger::kRestart, outcome);
  });
}

Outcome Election::forget(TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    for (Record& record : members_)
      record = blank(record.port, record.down ? LinkState::kDown : LinkState::kUp);
    waiting_ = kNobody;
    pinned_ = kNobody;
    learned_ = VrrpGroup();
    announced_by_ = PortId();
    settle(Trigger::kLearnMode, outcome);
    released_ = false;
  });
}

Outcome Election::advert(PortId port, const AdvertEvidence& evidence, TimeMs now) noexcept {
  return take_advert(port, evidence, Listing::kListed, now);
}

Outcome Election::take_advert(PortId port, const AdvertEvidence& evidence, Listing listing,
                              TimeMs now) noexcept {
  const TimeMs time = time_at(now);
  if (const Member member = find(port);
      has(member) && time < due_ && is_known(members_[member], evidence, listing, time)) {
    now_ = time;
    members_[member].last_advert = time;
    Outcome repetition;
    repetition.is_repetition_ = true;
    if (member == elected_) {
      repetition.suspect_from_ = suspect_from(members_[member]);
    } else if (has_fresh_advert(elected_, time)) {
      repetition.outranked_ = port;
    }
    return repetition;
  }
  return act(now, [&](Outcome& outcome) {
    const Member member = heard(port, outcome);
    if (!has(member)) return;
    if (evidence.priority == 0) return resign(member, outcome);
    Record& record = members_[member];
    const bool is_news = !is_known(record, evidence, listing, now_);
    const Delivery before = record.delivery();
    record.active = true;
    record.resigned = false;
    record.has_adverted = true;
    if (listing == Listing::kListed) heed_list();
    record.is_follower = listing == Listing::kFollowed;
    record.evidence = EvidenceClass::kVrrp;
    record.set_advert(evidence);
    record.last_advert = now_;
    record.is_heard = true;
    // The owner reasserts itself, or the claimant now speaks VRRP: either way the announcement has been
    // answered.
    if (member == elected_ || member == waiting_) waiting_ = kNobody;
    if (is_news && !take_turn(record)) return outcome.set_remark(LearnCounter::claim_rate);
    const bool owned = member == owner_;
    settle(Trigger::kAdvert, outcome);
    outcome.delivery_changed_ |= owned && member == owner_ && record.delivery() != before;
    if (member != elected_ && has_fresh_advert(elected_, now_)) outcome.outranked_ = port;
  });
}

bool Election::has_fresh_advert(Member member, TimeMs now) const noexcept {
  return has(member) && is_fresh(members_[member], now);
}

void Election::resign(Member member, Outcome& outcome) noexcept {
  Record& record = members_[member];
  if (!record.active) return outcome.set_remark(LearnCounter::resign_ignored);
  outcome.set_remark(LearnCounter::resigned);
  record.resigned = true;
  record.active = false;
  record.is_deferred = false;
  leave(member, Trigger::kResignation, outcome);
}

// What it means hangs on what was due before.
Outcome Election::group_advert(PortId port, const GroupAdvert& advert, TimeMs now) noexcept {
  if (time_at(now) < due_) return take_group_advert(port, advert, now);
  const Outcome passed = act(now, [](Outcome&) {});
  Outcome outcome = take_group_advert(port, advert, now);
  outcome.put_first(passed);
  return outcome;
}

Outcome Election::take_group_advert(PortId port, const GroupAdvert& advert, TimeMs now) noexcept {
  const VrrpGroup group = advert.evidence.group();
  const Member member = find(port);
  const Record* record = has(member) ? &members_[member] : nullptr;
  const bool was_listed = record != nullptr && record->active && record->evidence == EvidenceClass::kVrrp &&
                          record->group() == group;
  const TimeMs time = time_at(now);
  const bool was_announced =
      record != nullptr && was_announced_by(port) && time - announced_at_ <= kAnnouncedBeforeMs;
  if (advert.news == GroupNews::kAcquired && was_announced && !speaks_another(group, time))
    learn_to_follow(group);
  if (follows(group) && !is_listed_elsewhere(time))
    return take_advert(port, advert.evidence, Listing::kFollowed, now);
  if (was_listed && advert.is_list_empty) return take_advert(port, advert.evidence, Listing::kListed, now);
  if (!was_listed) {
    Outcome nothing;
    nothing.is_repetition_ = true;
    return nothing;
  }
  return act(now, [&](Outcome& outcome) {
    if (const Member listed = heard(port, outcome); members_[listed].active) resign(listed, outcome);
  });
}

Outcome Election::follow(std::uint8_t vrid, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    hint_ = vrid;
    drop_followers();
    settle(Trigger::kExpiry, outcome);
  });
}

Outcome Election::announce(PortId port, Delivery delivery, TimeMs now, VrrpGroup acquired) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = heard(port, outcome);
    if (!has(member)) return;
    Record& record = members_[member];
    const Delivery before = record.delivery();
    record.announced = delivery;
    record.has_announced = true;
    record.resigned = false;
    const bool owned = member == owner_;
    note_announcement(member, acquired);
    judge_announcement(member, outcome);
    outcome.elected_announced_ = member == elected_;
    outcome.delivery_changed_ |= owned && member == owner_ && record.delivery() != before;
  });
}

void Election::judge_announcement(Member member, Outcome& outcome) noexcept {
  Record& record = members_[member];
  if (elected_ == member) {
    outcome.set_remark(LearnCounter::refreshed);
    waiting_ = kNobody;
  } else if (!take_turn(record)) {
    outcome.set_remark(LearnCounter::claim_rate);
    wait(member);
  } else if (is_shadowed(record)) {
    outcome.set_remark(LearnCounter::shadowed);
    wait(member);
  } else if (!take_credit()) {
    outcome.set_remark(LearnCounter::damped);
    wait(member);
  } else {
    waiting_ = kNobody;
    take(member, EvidenceClass::kAnnouncement, Trigger::kAnnouncement, outcome);
  }
}

Outcome Election::weak(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = heard(port, outcome);
    if (!has(member)) return;
    if (elected_ == member) return outcome.set_remark(LearnCounter::refreshed);
    // A reply in flight must not bring back the port that has just resigned.
    if (has(elected_) || released_) return outcome.set_remark(LearnCounter::weak_ignored);
    take(member, EvidenceClass::kWeak, Trigger::kWeak, outcome);
  });
}

Outcome Election::answer(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    const Member member = heard(port, outcome);
    if (!has(member)) return;
    if (elected_ == member) return outcome.set_remark(LearnCounter::refreshed);
    if (has(elected_) || members_[member].resigned) return outcome.set_remark(LearnCounter::weak_ignored);
    take(member, EvidenceClass::kWeak, Trigger::kProbe, outcome);
  });
}

Outcome Election::replace_silent(PortId successor, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (!has(elected_) || is_fresh(members_[elected_], now_)) return;
    const Member next = find(successor);
    if (successor.is_valid() && (!has(next) || members_[next].down)) return;
    Record& silent = members_[elected_];
    silent.active = false;
    silent.restored = false;
    if (has(next)) return take(next, EvidenceClass::kWeak, Trigger::kProbe, outcome);
    settle(Trigger::kProbe, outcome);
    if (!has(elected_)) released_ = false;
  });
}

Outcome Election::tick(TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) { settle(Trigger::kExpiry, outcome); });
}

// --- members
// ----------------------------------------------------------------------------------------------------

void Election::clear() noexcept {
  members_.clear();
  assign(Election());
}

// Nobody who matters is removed: it has left before.
void Election::remove(Member member) noexcept {
  members_.remove(member);
  for (Member* each : {&elected_, &waiting_, &owner_, &pinned_}) {
    if (has(*each) && *each > member) --*each;
  }
}

Election::Member Election::find(PortId port) const noexcept {
  if (!port.is_valid()) return kNobody;
  for (std::size_t i = 0; i < members_.count(); ++i) {
    if (PortId(members_[i].port) == port) return static_cast<Member>(i);
  }
  return kNobody;
}

Election::Member Election::heard(PortId port, Outcome& outcome) noexcept {
  const Member member = find(port);
  if (!has(member)) {
    outcome.set_remark(LearnCounter::unbound);
    return kNobody;
  }
  members_[member].restored = false;
  if (members_[member].down) {
    members_[member].down = false;
    settle(Trigger::kPortUp, outcome);
  }
  return member;
}

// Nothing about such an advert can move the owner while no deadline has passed: nothing waits, so the owner
// function stands as it was last evaluated; and with the record fresh both before and after, and all else the
// same, no rank changes. Deadlines can only have become later, which due_ allows.
bool Election::is_known(const Record& record, const AdvertEvidence& evidence, Listing listing,
                        TimeMs now) const noexcept {
  return !has(waiting_) && record.is_follower == (listing == Listing::kFollowed) && record.is_heard &&
         is_fresh(record, now) && record.advert() == evidence;
}

}  // namespace vipswitch::owner
