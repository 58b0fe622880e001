// The inputs of the election: what each kind of evidence does to the record of its port. The rules that then
// name the owner are in owner_function.cpp.

#include "dataplane/owner/election.h"

#include <algorithm>
#include <cassert>

namespace vipswitch::owner {

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
    if (find(port) == nullptr) {
      assert(port.is_valid() && count_ < kMaxMembers);
      if (!port.is_valid() || count_ == kMaxMembers) return;
      ports_[count_] = port;
      records_[count_] = Record();
      records_[count_].down = link == LinkState::kDown;
      ++count_;
    }
    settle(Trigger::kBind, outcome);
  });
}

Outcome Election::unbind(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (const std::size_t index = index_of(port); index != kNotFound) remove(index);
    if (pinned_ == port) pinned_ = PortId();
    leave(port, Trigger::kUnbind, outcome);
  });
}

Outcome Election::down(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (Record* record = find(port); record != nullptr) {
      record->down = true;
      record->active = false;
    }
    leave(port, Trigger::kPortDown, outcome);
  });
}

Outcome Election::up(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (Record* record = find(port); record != nullptr) record->down = false;
    settle(Trigger::kPortUp, outcome);
  });
}

Outcome Election::pin(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    if (find(port) == nullptr) return outcome.set_remark(LearnCounter::pin_refused);
    pinned_ = port;
    settle(Trigger::kPin, outcome);
  });
}

Outcome Election::unpin(TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    pinned_ = PortId();
    settle(Trigger::kUnpin, outcome);
  });
}

Outcome Election::restore(PortId port, std::uint32_t generation, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    Record* record = find(port);
    if (record == nullptr || elected_.is_valid()) return;
    generation_ = std::max(generation_, generation);
    record->restored = true;
    take(*record, EvidenceClass::kWeak, Trigger::kRestart, outcome);
  });
}

Outcome Election::forget(TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    for (std::size_t i = 0; i < count_; ++i) {
      const bool is_down = records_[i].down;
      records_[i] = Record();
      records_[i].down = is_down;
    }
    waiting_ = PortId();
    pinned_ = PortId();
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
  const TimeMs time = std::max(now_, now);
  if (Record* record = find(port);
      record != nullptr && time < due_ && is_known(*record, evidence, listing, time)) {
    now_ = time;
    record->last_advert = now_;
    Outcome repetition;
    repetition.is_repetition_ = true;
    if (port == elected_) {
      repetition.suspect_from_ = suspect_from(*record);
    } else if (has_fresh_advert(elected_, now_)) {
      repetition.outranked_ = port;
    }
    return repetition;
  }
  return act(now, [&](Outcome& outcome) {
    Record* record = heard(port, outcome);
    if (record == nullptr) return;
    if (evidence.priority == 0) return resign(port, *record, outcome);
    const bool is_news = !is_known(*record, evidence, listing, now_);
    const Delivery before = record->delivery();
    record->active = true;
    record->resigned = false;
    record->has_adverted = true;
    if (listing == Listing::kListed) heed_list();
    record->is_follower = listing == Listing::kFollowed;
    record->evidence = EvidenceClass::kVrrp;
    record->advert = evidence;
    record->last_advert = now_;
    record->seen = generation_;
    // The owner reasserts itself, or the claimant now speaks VRRP: either way the announcement has been
    // answered.
    if (port == elected_ || port == waiting_) waiting_ = PortId();
    if (is_news && !take_turn(*record)) return outcome.set_remark(LearnCounter::claim_rate);
    const bool owned = port == owner_;
    settle(Trigger::kAdvert, outcome);
    outcome.delivery_changed_ |= owned && port == owner_ && record->delivery() != before;
    if (port != elected_ && has_fresh_advert(elected_, now_)) outcome.outranked_ = port;
  });
}

bool Election::has_fresh_advert(PortId port, TimeMs now) const noexcept {
  const Record* record = find(port);
  return record != nullptr && is_fresh(*record, now);
}

void Election::resign(PortId port, Record& record, Outcome& outcome) noexcept {
  if (!record.active) return outcome.set_remark(LearnCounter::resign_ignored);
  outcome.set_remark(LearnCounter::resigned);
  record.resigned = true;
  record.active = false;
  record.is_deferred = false;
  leave(port, Trigger::kResignation, outcome);
}

// What it means hangs on what was due before.
Outcome Election::group_advert(PortId port, const GroupAdvert& advert, TimeMs now) noexcept {
  if (std::max(now_, now) < due_) return take_group_advert(port, advert, now);
  const Outcome passed = act(now, [](Outcome&) {});
  Outcome outcome = take_group_advert(port, advert, now);
  outcome.put_first(passed);
  return outcome;
}

Outcome Election::take_group_advert(PortId port, const GroupAdvert& advert, TimeMs now) noexcept {
  const VrrpGroup group = advert.evidence.group();
  const Record* record = find(port);
  const bool was_listed = record != nullptr && record->active && record->evidence == EvidenceClass::kVrrp &&
                          record->advert.group() == group;
  const TimeMs time = std::max(now_, now);
  const bool was_announced =
      record != nullptr && announced_by_ == port && time - announced_at_ <= kAnnouncedBeforeMs;
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
    if (Record* listed = heard(port, outcome); listed->active) resign(port, *listed, outcome);
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
    Record* record = heard(port, outcome);
    if (record == nullptr) return;
    const Delivery before = record->delivery();
    record->announced = delivery;
    record->has_announced = true;
    record->resigned = false;
    const bool owned = port == owner_;
    note_announcement(port, *record, acquired);
    judge_announcement(port, *record, outcome);
    outcome.elected_announced_ = port == elected_;
    outcome.delivery_changed_ |= owned && port == owner_ && record->delivery() != before;
  });
}

void Election::judge_announcement(PortId port, Record& record, Outcome& outcome) noexcept {
  if (elected_ == port) {
    outcome.set_remark(LearnCounter::refreshed);
    waiting_ = PortId();
  } else if (!take_turn(record)) {
    outcome.set_remark(LearnCounter::claim_rate);
    wait(port);
  } else if (is_shadowed(record)) {
    outcome.set_remark(LearnCounter::shadowed);
    wait(port);
  } else if (!take_credit()) {
    outcome.set_remark(LearnCounter::damped);
    wait(port);
  } else {
    waiting_ = PortId();
    take(record, EvidenceClass::kAnnouncement, Trigger::kAnnouncement, outcome);
  }
}

Outcome Election::weak(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    Record* record = heard(port, outcome);
    if (record == nullptr) return;
    if (elected_ == port) return outcome.set_remark(LearnCounter::refreshed);
    // A reply in flight must not bring back the port that has just resigned.
    if (elected_.is_valid() || released_) return outcome.set_remark(LearnCounter::weak_ignored);
    take(*record, EvidenceClass::kWeak, Trigger::kWeak, outcome);
  });
}

Outcome Election::answer(PortId port, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    Record* record = heard(port, outcome);
    if (record == nullptr) return;
    if (elected_ == port) return outcome.set_remark(LearnCounter::refreshed);
    if (elected_.is_valid() || record->resigned) return outcome.set_remark(LearnCounter::weak_ignored);
    take(*record, EvidenceClass::kWeak, Trigger::kProbe, outcome);
  });
}

Outcome Election::replace_silent(PortId successor, TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) {
    Record* silent = find(elected_);
    if (silent == nullptr || is_fresh(*silent, now_)) return;
    const Record* next = find(successor);
    if (successor.is_valid() && (next == nullptr || next->down)) return;
    silent->active = false;
    silent->restored = false;
    if (Record* record = find(successor); record != nullptr)
      return take(*record, EvidenceClass::kWeak, Trigger::kProbe, outcome);
    settle(Trigger::kProbe, outcome);
    if (!elected_.is_valid()) released_ = false;
  });
}

Outcome Election::tick(TimeMs now) noexcept {
  return act(now, [&](Outcome& outcome) { settle(Trigger::kExpiry, outcome); });
}

// --- members
// ----------------------------------------------------------------------------------------------------

void Election::remove(std::size_t index) noexcept {
  for (std::size_t i = index + 1; i < count_; ++i) {
    ports_[i - 1] = ports_[i];
    records_[i - 1] = records_[i];
  }
  ports_[--count_] = PortId();
}

std::size_t Election::index_of(PortId port) const noexcept {
  if (!port.is_valid()) return kNotFound;
  // All ten, not just the first count_: a fixed trip count, and empty places match no valid id.
  std::size_t found = kNotFound;
  for (std::size_t i = 0; i < kMaxMembers; ++i) found = ports_[i] == port ? i : found;
  return found;
}

Election::Record* Election::find(PortId port) noexcept {
  const std::size_t index = index_of(port);
  return index == kNotFound ? nullptr : &records_[index];
}

const Election::Record* Election::find(PortId port) const noexcept {
  const std::size_t index = index_of(port);
  return index == kNotFound ? nullptr : &records_[index];
}

Election::Record* Election::heard(PortId port, Outcome& outcome) noexcept {
  Record* record = find(port);
  if (record == nullptr) {
    outcome.set_remark(LearnCounter::unbound);
  } else {
    record->restored = false;
    if (record->down) {
      record->down = false;
      settle(Trigger::kPortUp, outcome);
    }
  }
  return record;
}

// Nothing about such an advert can move the owner while no deadline has passed: nothing waits, so the owner
// function stands as it was last evaluated; and with the record fresh both before and after, and all else the
// same, no rank changes. Deadlines can only have become later, which due_ allows.
bool Election::is_known(const Record& record, const AdvertEvidence& evidence, Listing listing,
                        TimeMs now) const noexcept {
  return !waiting_.is_valid() && record.is_follower == (listing == Listing::kFollowed) &&
         record.seen == generation_ && is_fresh(record, now) && record.advert == evidence;
}

}  // namespace vipswitch::owner
