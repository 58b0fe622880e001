// What the election tells of itself, for display: nothing here changes it.

#include <algorithm>
#include <cassert>

#include "dataplane/owner/election.h"

namespace vipswitch::owner {

OwnerState Election::state(TimeMs now) const noexcept {
  if (pin_holds()) return OwnerState::kPinned;
  const Record* record = find(elected_);
  if (record == nullptr) return released_ ? OwnerState::kReleased : OwnerState::kUnknown;
  if (record->restored) return OwnerState::kSuspect;
  if (record->evidence != EvidenceClass::kVrrp) return OwnerState::kOwnedAnnouncement;
  return is_fresh(*record, std::max(now_, now)) ? OwnerState::kOwnedVrrp : OwnerState::kSuspect;
}

TimeMs Election::suspect_from() const noexcept {
  const Record* record = pin_holds() ? nullptr : find(elected_);
  if (record == nullptr || record->evidence != EvidenceClass::kVrrp) return kNever;
  return suspect_from(*record);
}

Delivery Election::delivery_of(PortId port) const noexcept {
  const Record* record = find(port);
  return record == nullptr ? Delivery::port_mac() : record->delivery();
}

MemberStatus Election::member(std::size_t index, TimeMs now) const noexcept {
  assert(index < count_);
  const Record& record = records_[index];
  const TimeMs time = std::max(now_, now);
  return {
      .port = ports_[index],
      .evidence = record.evidence,
      .active = record.active,
      .fresh = is_fresh(record, time),
      .down = record.down,
      .resigned = record.resigned,
      .restored = record.restored,
      .is_follower = record.is_follower,
      .advert = record.advert,
      .last_advert_age_ms = record.has_adverted ? time - record.last_advert : -1,
      .delivery = record.delivery(),
      .standing = standing_of(index, time),
  };
}

std::optional<MemberStatus> Election::member(PortId port, TimeMs now) const noexcept {
  const std::size_t index = index_of(port);
  return index == kNotFound ? std::nullopt : std::optional(member(index, now));
}

CandidateStanding Election::standing_of(std::size_t index, TimeMs now) const noexcept {
  const Record& record = records_[index];
  if (ports_[index] == elected_) return CandidateStanding::kElected;
  if (record.down) return CandidateStanding::kDown;
  if (ports_[index] == waiting_)
    return is_shadowed(record) ? CandidateStanding::kShadowed : CandidateStanding::kDamped;
  if (record.resigned) return CandidateStanding::kResigned;
  if (is_fresh(record, now) && has_fresh_advert(elected_, now)) return CandidateStanding::kOutranked;
  const bool ever_claimed = record.evidence != EvidenceClass::kNone;
  return ever_claimed ? CandidateStanding::kSuperseded : CandidateStanding::kNeverClaimed;
}

std::optional<Waiting> Election::waiting(TimeMs now) const noexcept {
  const Record* record = find(waiting_);
  if (record == nullptr) return std::nullopt;
  return Waiting{waiting_, std::max(now_, now) - waiting_since_, is_shadowed(*record)};
}

Damping Election::damping(TimeMs now) const noexcept {
  const TimeMs credit_ms = std::min(kCreditMaxMs, credit_ms_ + std::max(now_, now) - credit_at_);
  const bool is_full = credit_ms == kCreditMaxMs;
  return {static_cast<std::uint8_t>(credit_ms / kCreditCostMs),
          is_full ? 0 : kCreditCostMs - credit_ms % kCreditCostMs};
}

TimeMs Election::last_announcement_age_ms(TimeMs now) const noexcept {
  return announced_by_.is_valid() ? std::max(now_, now) - announced_at_ : -1;
}

}  // namespace vipswitch::owner
