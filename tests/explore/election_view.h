#pragma once

// A state of the election as far as it can matter for what comes: ages instead of times, and whether a record
// is of the current generation instead of numbers. The turns of claims are left out, since no walk is long
// enough to use them up, and so is the deadline, which follows from the rest.

#include <cstdint>

#include "dataplane/owner/election.h"
#include "tests/explore/state_hash.h"

namespace vipswitch::owner {

class ElectionView {
 public:
  static void add(StateHash& hash, const Election& election) noexcept {
    hash.add(static_cast<std::int64_t>(election.member_count()));
    hash.add(election.released_);
    for (const Election::Member member :
         {election.elected_, election.pinned_, election.owner_, election.waiting_})
      hash.add(member);
    if (election.has(election.waiting_)) hash.add_age(election.now_ - election.waiting_since_, kOldMs);
    hash.add(election.credit_ms(election.now_));
    for (const Record& record : election.members_) add_record(hash, election, record);
    add_follow(hash, election);
  }

 private:
  static constexpr TimeMs kOldMs = 20'000;
  static constexpr TimeMs kStrayOldMs = 60'001;

  static void add_record(StateHash& hash, const Election& election, const Record& record) noexcept {
    hash.add(PortId(record.port));
    hash.add(static_cast<int>(record.evidence));
    hash.add(record.active | record.down << 1 | record.resigned << 2 | record.restored << 3 |
             record.has_announced << 4 | record.is_follower << 5);
    hash.add(record.is_named | record.is_heard << 1);
    if (!record.has_adverted) return;
    hash.add(record.priority);
    hash.add(record.vrid);
    hash.add_age(election.now_ - record.last_advert, kOldMs);
  }

  static void add_follow(StateHash& hash, const Election& election) noexcept {
    hash.add(election.hint_);
    hash.add(election.learned_.vrid);
    const TimeMs announced_age = election.now_ - election.announced_at_;
    if (election.announced_by_.is_valid() && announced_age <= Election::kAnnouncedBeforeMs) {
      hash.add(PortId(election.announced_by_));
      hash.add(announced_age);
    }
    if (election.stray_since_ != Election::kNoStray)
      hash.add_age(election.now_ - election.stray_since_, kStrayOldMs);
  }
};

}  // namespace vipswitch::owner
