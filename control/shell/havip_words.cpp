#include "control/shell/havip_words.h"

#include <fmt/format.h>
#include <string_view>

#include "control/text/format.h"

namespace vipswitch::shell {

namespace {

std::string_view meaning_of_owned(const HavipStatus& havip) {
  const CandidateStatus* owner = havip.owner_candidate();
  if (owner != nullptr && owner->evidence == EvidenceClass::kWeak)
    return "the owner has sent from the address, or answered the switch, and announced nothing";
  return "the owner announced the address";
}

std::string_view meaning_of_suspect(const HavipStatus& havip) {
  const CandidateStatus* owner = havip.owner_candidate();
  if (owner != nullptr && owner->restored)
    return "the owner is remembered from before a restart and has claimed nothing since; packets still go to "
           "it";
  return "the owner's adverts have ceased and no other port has taken over; packets still go to it";
}

std::string_view meaning_of_fixed(const HavipStatus& havip) {
  if (!havip.pinned.empty()) return "claims are not enforced; packets go to the pinned port";
  if (!havip.candidates.empty()) return "claims are not enforced; packets go to the port bound first";
  return "claims are not enforced, and no port is bound to send packets to";
}

// The port, or what stands for one that no longer has a name.
std::string port_or(const std::string& port, std::string_view word) {
  return port.empty() ? std::string(word) : port;
}

std::string cause_of_expiry(const Decision& decision) {
  if (decision.to.empty()) return fmt::format("the claim of {} lapsed", port_or(decision.from, "the owner"));
  if (decision.evidence == EvidenceClass::kAnnouncement)
    return fmt::format("an announcement of {} that had to wait came due", decision.to);
  return fmt::format("the adverts of {} ceased", port_or(decision.from, "the owner"));
}

std::string cause_of_probe(const Decision& decision) {
  if (!decision.to.empty())
    return fmt::format("{} answered when the switch asked who has the address", decision.to);
  return fmt::format("{} did not answer the switch for 30 s, nor did another port,",
                     port_or(decision.from, "the owner"));
}

}  // namespace

std::string meaning(const HavipStatus& havip) {
  switch (havip.state) {
    case OwnerState::kUnknown:
      return "no port is known to own the address";
    case OwnerState::kOwnedVrrp:
      return "the owner sends VRRP adverts";
    case OwnerState::kOwnedAnnouncement:
      return std::string(meaning_of_owned(havip));
    case OwnerState::kPinned:
      return "the operator pinned the owner";
    case OwnerState::kSuspect:
      return std::string(meaning_of_suspect(havip));
    case OwnerState::kReleased:
      return "the owner left, and nobody succeeded";
    case OwnerState::kFixed:
      return std::string(meaning_of_fixed(havip));
  }
  return "";
}

std::string cause_of(const Decision& decision, Family family) {
  switch (decision.trigger) {
    case Trigger::kAdvert:
      return "a VRRP advert came";
    case Trigger::kResignation:
      return fmt::format("{} resigned with priority 0", port_or(decision.from, "the owner"));
    case Trigger::kAnnouncement:
      return family == Family::kIpv4 ? "a gratuitous ARP came"
                                     : "an unsolicited neighbour advertisement came";
    case Trigger::kWeak:
      return "a packet from the address came";
    case Trigger::kExpiry:
      return cause_of_expiry(decision);
    case Trigger::kPortDown:
      return fmt::format("{} went down", port_or(decision.from, "the port"));
    case Trigger::kPortUp:
      return fmt::format("{} came up", port_or(decision.to, "a port"));
    case Trigger::kUnbind:
      return fmt::format("{} was unbound", port_or(decision.from, "the port"));
    case Trigger::kBind:
      return fmt::format("{} was bound", port_or(decision.to, "a port"));
    case Trigger::kPin:
      return fmt::format("the operator pinned {}", port_or(decision.to, "a port that is down"));
    case Trigger::kUnpin:
      return "the operator ended the pin";
    case Trigger::kLearnMode:
      return "the operator changed the learning mode";
    case Trigger::kRestart:
      return fmt::format("{} was the owner before the restart; remembered", port_or(decision.to, "a port"));
    case Trigger::kProbe:
      return cause_of_probe(decision);
    case Trigger::kFollow:
      return "the operator changed which group the address goes with";
  }
  return "";
}

std::string reason_for(const Decision& decision, const std::string& pinned) {
  switch (decision.rule) {
    case Rule::kNobody:
      return "no claim of another port stands";
    case Rule::kPinned:
      return "pinned by the operator";
    case Rule::kFreshVrrp:
      return "highest priority among ports with fresh adverts";
    case Rule::kLatestClaim:
      return decision.evidence == EvidenceClass::kVrrp ? "last to claim it, by adverts that have ceased"
                                                       : "latest announcement";
    case Rule::kWeakHint:
      return "only hint at an owner";
    case Rule::kFixed:
      if (decision.to.empty()) return "claims are not enforced, and no port is bound";
      return fmt::format("claims are not enforced, so the port that is {}",
                         decision.to == pinned ? "pinned" : "bound first");
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
