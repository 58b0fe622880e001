#include "control/shell/havip_words.h"

#include <fmt/format.h>

#include "control/text/format.h"

namespace vipswitch::shell {

std::string_view meaning(OwnerState state) {
  switch (state) {
    case OwnerState::kUnknown:
      return "no port is known to own the address";
    case OwnerState::kOwnedVrrp:
      return "the owner sends VRRP adverts";
    case OwnerState::kOwnedAnnouncement:
      return "the owner announced the address";
    case OwnerState::kPinned:
      return "the operator pinned the owner";
    case OwnerState::kSuspect:
      return "the owner's adverts ceased and nobody succeeded, or it is remembered from before a restart; "
             "packets still go to it";
    case OwnerState::kReleased:
      return "the owner resigned, went down or was unbound, and nobody succeeded";
    case OwnerState::kFixed:
      return "claims are not enforced; packets go to the pinned port, or to the one bound first";
  }
  return "";
}

std::string_view meaning(Rule rule) {
  switch (rule) {
    case Rule::kNobody:
      return "the owner left, and no claim of another port stands";
    case Rule::kPinned:
      return "pinned by the operator";
    case Rule::kFreshVrrp:
      return "highest priority among ports with fresh adverts";
    case Rule::kLatestClaim:
      return "latest announcement, or last VRRP owner";
    case Rule::kWeakHint:
      return "only hint at an owner";
    case Rule::kFixed:
      return "claims are not enforced, so the pinned port, or the one bound first";
  }
  return "";
}

std::string_view meaning(Trigger trigger) {
  switch (trigger) {
    case Trigger::kAdvert:
      return "a VRRP advert came";
    case Trigger::kResignation:
      return "the owner resigned with priority 0";
    case Trigger::kAnnouncement:
      return "a gratuitous ARP or an unsolicited neighbour advertisement came";
    case Trigger::kWeak:
      return "a packet from the address came";
    case Trigger::kExpiry:
      return "adverts ceased, or a waiting announcement came due";
    case Trigger::kPortDown:
      return "the port went down";
    case Trigger::kPortUp:
      return "a port came up";
    case Trigger::kUnbind:
      return "the port was unbound";
    case Trigger::kBind:
      return "a port was bound";
    case Trigger::kPin:
      return "the operator pinned a port";
    case Trigger::kUnpin:
      return "the operator ended the pin";
    case Trigger::kLearnMode:
      return "the operator changed the learning mode, or the port that has the data while it is not enforced";
    case Trigger::kRestart:
      return "it was the owner before the restart, or before learning was off";
    case Trigger::kProbe:
      return "the switch asked who has the address";
    case Trigger::kFollow:
      return "the operator changed which group the address goes with";
  }
  return "";
}

std::string evidence_text(EvidenceClass evidence, unsigned priority, unsigned vrid) {
  return evidence == EvidenceClass::kVrrp ? fmt::format("vrrp, priority {}, VRID {}", priority, vrid)
                                          : fmt::to_string(evidence);
}

std::string name_or_nobody(const std::string& name) {
  return name.empty() ? "nobody" : name;
}

}  // namespace vipswitch::shell
