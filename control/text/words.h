#pragma once

// The stable words for the vocabulary's enumerations: part of the interface (shell, JSON, events), so they
// never change.

#include <string_view>

#include "vipswitch/evidence.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/vrrp_filter.h"

namespace vipswitch {

constexpr std::string_view to_word(OwnerState state) noexcept {
  switch (state) {
    case OwnerState::kUnknown:
      return "unknown";
    case OwnerState::kOwnedVrrp:
      return "owned_vrrp";
    case OwnerState::kOwnedAnnouncement:
      return "owned_announcement";
    case OwnerState::kPinned:
      return "pinned";
    case OwnerState::kSuspect:
      return "suspect";
    case OwnerState::kReleased:
      return "released";
    case OwnerState::kFixed:
      return "fixed";
  }
  return "invalid";
}

constexpr std::string_view to_word(Trigger trigger) noexcept {
  switch (trigger) {
    case Trigger::kAdvert:
      return "advert";
    case Trigger::kResignation:
      return "resignation";
    case Trigger::kAnnouncement:
      return "announcement";
    case Trigger::kWeak:
      return "weak";
    case Trigger::kExpiry:
      return "expiry";
    case Trigger::kPortDown:
      return "port_down";
    case Trigger::kPortUp:
      return "port_up";
    case Trigger::kUnbind:
      return "unbind";
    case Trigger::kBind:
      return "bind";
    case Trigger::kPin:
      return "pin";
    case Trigger::kUnpin:
      return "unpin";
    case Trigger::kLearnMode:
      return "learn_mode";
    case Trigger::kRestart:
      return "restart";
    case Trigger::kProbe:
      return "probe";
    case Trigger::kFollow:
      return "follow";
  }
  return "invalid";
}

constexpr std::string_view to_word(Rule rule) noexcept {
  switch (rule) {
    case Rule::kNobody:
      return "nobody";
    case Rule::kPinned:
      return "pinned";
    case Rule::kFreshVrrp:
      return "fresh_vrrp";
    case Rule::kLatestClaim:
      return "latest_claim";
    case Rule::kWeakHint:
      return "weak_hint";
    case Rule::kFixed:
      return "fixed";
  }
  return "invalid";
}

constexpr std::string_view to_word(CandidateStanding standing) noexcept {
  switch (standing) {
    case CandidateStanding::kElected:
      return "elected";
    case CandidateStanding::kNeverClaimed:
      return "never_claimed";
    case CandidateStanding::kDown:
      return "down";
    case CandidateStanding::kResigned:
      return "resigned";
    case CandidateStanding::kOutranked:
      return "outranked";
    case CandidateStanding::kShadowed:
      return "shadowed";
    case CandidateStanding::kDamped:
      return "damped";
    case CandidateStanding::kSuperseded:
      return "superseded";
  }
  return "invalid";
}

constexpr std::string_view to_word(VrrpAuth auth) noexcept {
  switch (auth) {
    case VrrpAuth::kNone:
      return "none";
    case VrrpAuth::kPassword:
      return "password";
    case VrrpAuth::kHeader:
      return "header";
  }
  return "invalid";
}

constexpr std::string_view to_word(Notice notice) noexcept {
  switch (notice) {
    case Notice::kContention:
      return "contention";
    case Notice::kMultiResponder:
      return "multi_responder";
    case Notice::kNlbUnsupported:
      return "nlb_unsupported";
    case Notice::kClaimUnbound:
      return "claim_unbound";
  }
  return "invalid";
}

constexpr std::string_view to_word(LearnMode mode) noexcept {
  switch (mode) {
    case LearnMode::kOff:
      return "off";
    case LearnMode::kObserve:
      return "observe";
    case LearnMode::kEnforce:
      return "enforce";
  }
  return "invalid";
}

constexpr std::string_view to_word(Handover handover) noexcept {
  switch (handover) {
    case Handover::kAtOnce:
      return "at-once";
    case Handover::kAnnounced:
      return "announced";
  }
  return "invalid";
}

constexpr std::string_view to_word(VrrpFilter filter) noexcept {
  switch (filter) {
    case VrrpFilter::kNone:
      return "none";
    case VrrpFilter::kIn:
      return "in";
    case VrrpFilter::kOut:
      return "out";
    case VrrpFilter::kBoth:
      return "both";
  }
  return "invalid";
}

constexpr std::string_view to_word(EvidenceClass evidence) noexcept {
  switch (evidence) {
    case EvidenceClass::kNone:
      return "none";
    case EvidenceClass::kWeak:
      return "weak";
    case EvidenceClass::kAnnouncement:
      return "announcement";
    case EvidenceClass::kVrrp:
      return "vrrp";
  }
  return "invalid";
}

constexpr std::string_view to_word(Family family) noexcept {
  return family == Family::kIpv6 ? "ipv6" : "ipv4";
}

}  // namespace vipswitch
