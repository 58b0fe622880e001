// What the election tells of itself, for display: nothing here changes it.

#include <algorithm>
#include <cassert>

#include "dataplane/owner/election.h"

namespace vipswitch::owner {

OwnerState Election::state(TimeMs now) const noexcept {
  if (pin_holds()) return OwnerState::kPinned;
  if (!has(elected_)) return released_ ? OwnerState::kReleased : OwnerState::kUnknown;
  const Record& record = members_[elected_];
  if (record.restored) return OwnerState::kSuspect;
  if (record.evidence != EvidenceClass::kVrrp) return OwnerState::kOwnedAnnouncement;
  return is_fresh(record, time_at(now)) ? OwnerState::kOwnedVrrp : OwnerState::kSuspect;
}

TimeMs Election::suspect_from() const noexcept {
  if (pin_holds() || !has(elected_)) return kNever;
  const Record& record = members_[elected_];
  return record.evidence == EvidenceClass::kVrrp ? suspect_from(record) : kNever;
}

Delivery Election::delivery_of(PortId port) const noexcept {
  const Member member = find(port);
  return has(member) ? members_[member].delivery() : Delivery::port_mac();
}

MemberStatus Election::member(std::size_t index, TimeMs now) const noexcept {
  assert(index < members_.count());
  const Record& record = members_[index];
  const TimeMs time = time_at(now);
  return {
      .port = record.port,
      .evidence = record.evidence,
      .active = record.active,
      .fresh = is_fresh(record, time),
      .down = record.down,
      .resigned = record.resigned,
      .restored = record.restored,
      .is_follower = record.is_follower,
      .advert = record.advert(),
      .last_advert_age_ms = record.has_adverted ? time - record.last_advert : -1,
      .delivery = record.delivery(),
      .standing = standing_of(static_cast<Member>(index), time),
  };
}

std::optional<MemberStatus> Election::member(PortId port, TimeMs now) const noexcept {
  const Member found = find(port);
  return has(found) ? std::optional(member(found, now)) : std::nullopt;
}

CandidateStanding Election::standing_of(Member member, TimeMs now) const noexcept {
  const Record& record = members_[member];
  if (member == elected_) return CandidateStanding::kElected;
  if (record.down) return CandidateStanding::kDown;
  if (member == waiting_)
    return is_shadowed(record) ? CandidateStanding::kShadowed : CandidateStanding::kDamped;
  if (record.resigned) return CandidateStanding::kResigned;
  if (is_fresh(record, now) && has_fresh_advert(elected_, now)) return CandidateStanding::kOutranked;
  const bool ever_claimed = record.evidence != EvidenceClass::kNone;
  return ever_claimed ? CandidateStanding::kSuperseded : CandidateStanding::kNeverClaimed;
}

std::optional<Waiting> Election::waiting(TimeMs now) const noexcept {
  if (!has(waiting_)) return std::nullopt;
  const Record& record = members_[waiting_];
  return Waiting{record.port, time_at(now) - waiting_since_, is_shadowed(record)};
}

Damping Election::damping(TimeMs now) const noexcept {
  const TimeMs credit = credit_ms(time_at(now));
  const bool is_full = credit == kCreditMaxMs;
  return {static_cast<std::uint8_t>(credit / kCreditCostMs),
          is_full ? 0 : kCreditCostMs - credit % kCreditCostMs};
}

TimeMs Election::last_announcement_age_ms(TimeMs now) const noexcept {
  return announced_by_.is_valid() ? time_at(now) - announced_at_ : -1;
}

}  // namespace vipswitch::owner
