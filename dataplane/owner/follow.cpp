// Addresses that no advert lists, because their group excludes them or is of the other family: whose adverts
// count for them (owner learning 5.4 "Follow").

#include <algorithm>

#include "dataplane/owner/election.h"

namespace vipswitch::owner {
namespace {

// Two announcements of a port that does not speak for the group contradict what was learned, if they are this
// far apart: a stalled guest sends dozens at once.
constexpr TimeMs kStrayApartMs = 1'000;
// Beyond that each is a mistake of its own.
constexpr TimeMs kStrayTogetherMs = 60'000;

}  // namespace

bool Election::follows(VrrpGroup group) const noexcept {
  return hint_ != 0 ? group.vrid == hint_ : learned_ == group && group.exists();
}

// Whether somebody's fresh adverts list the address, or count because it follows another group than this.
bool Election::speaks_another(VrrpGroup group, TimeMs now) const noexcept {
  return std::any_of(members_.begin(), members_.end(), [&](const Record& record) {
    return is_fresh(record, now) && (!record.is_follower || record.group() != group);
  });
}

bool Election::is_listed_elsewhere(TimeMs now) const noexcept {
  return std::any_of(members_.begin(), members_.end(),
                     [&](const Record& record) { return is_fresh(record, now) && !record.is_follower; });
}

void Election::learn_to_follow(VrrpGroup group) noexcept {
  stray_since_ = kNoStray;
  if (hint_ != 0 || learned_ == group) return;
  stop_following();
  learned_ = group;
}

void Election::stop_following() noexcept {
  learned_ = VrrpGroup();
  stray_since_ = kNoStray;
  drop_followers();
}

// Adverts list the address: nothing is learned any more, and what a hint has made count does not besides
// them.
void Election::heed_list() noexcept {
  learned_ = VrrpGroup();
  stray_since_ = kNoStray;
  for (Record& record : members_) drop_follower(record);
}

void Election::drop_followers() noexcept {
  for (Record& record : members_) {
    if (!follows(record.group())) drop_follower(record);
  }
}

// What its adverts have made of a port while their group was followed becomes what its announcements would
// have.
void Election::drop_follower(Record& record) noexcept {
  if (!record.is_follower) return;
  record.is_follower = false;
  if (record.evidence == EvidenceClass::kVrrp) record.evidence = EvidenceClass::kAnnouncement;
}

// A stray announcement must not move the address to another group than whose adverts are fresh.
void Election::note_announcement(Member member, VrrpGroup acquired) noexcept {
  announced_by_ = members_[member].port;
  announced_at_ = now_;
  if (acquired.exists() && !speaks_another(acquired, now_)) return learn_to_follow(acquired);
  if (learned_.exists()) doubt_follow(member);
}

void Election::doubt_follow(Member member) noexcept {
  if (is_fresh(members_[member], now_)) {
    if (member == elected_) stray_since_ = kNoStray;
    return;
  }
  if (!has_fresh_advert(elected_, now_)) return;
  const TimeMs apart = now_ - stray_since_;
  if (stray_since_ == kNoStray || apart > kStrayTogetherMs) {
    stray_since_ = now_;
  } else if (apart >= kStrayApartMs) {
    stop_following();
  }
}

Follow Election::followed() const noexcept {
  if (hint_ != 0) return {hint_, std::nullopt, true};
  return {learned_.vrid, learned_.exists() ? std::optional(learned_.family) : std::nullopt, false};
}

}  // namespace vipswitch::owner
