#include "control/shell/havip_story.h"

#include <algorithm>
#include <fmt/format.h>
#include <string_view>

#include "control/shell/text_table.h"
#include "control/text/clock_text.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

std::string_view meaning(OwnerState state) {
  switch (state) {
    case OwnerState::kUnknown:
      return "nothing is known about an owner yet";
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
      return "no claim stands";
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
      return "other ARP from the address came";
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
  }
  return "";
}

std::string evidence_text(EvidenceClass evidence, unsigned priority, unsigned vrid) {
  return evidence == EvidenceClass::kVrrp ? fmt::format("vrrp, priority {}, VRID {}", priority, vrid)
                                          : fmt::to_string(evidence);
}

std::string seconds(TimeMs duration_ms) {
  return fmt::format("{}.{:03} s", duration_ms / 1000, duration_ms % 1000);
}

std::string name_or_nobody(const std::string& name) {
  return name.empty() ? "nobody" : name;
}

std::string commit_text(const Decision& decision) {
  if (decision.evidence_to_commit_ns == 0) return "-";
  return fmt::format("{:.1f}", static_cast<double>(decision.evidence_to_commit_ns) / 1000.0);
}

std::string owner_text(const HavipStatus& havip) {
  if (havip.owner.empty()) return "nobody";
  return fmt::format("{} for {}, frames go to {}", havip.owner, seconds(havip.now_ms - havip.owner_since_ms),
                     havip.delivery_mac);
}

std::string why_text(const HavipStatus& havip) {
  const auto logged = havip.decisions.empty() ? 0 : havip.decisions.back().sequence;
  if (logged != havip.owner_changes) {
    return "the decision was lost on its way here, more came at once than there was room for (events_lost in "
           "show learning)";
  }
  if (havip.decisions.empty()) return "no decision was made yet";
  const auto& last = havip.decisions.back();
  auto text = fmt::format("{} at {}; rule {}: {}", meaning(last.trigger), text::clock(last.at_unix_us),
                          last.rule, meaning(last.rule));
  if (!last.to.empty()) {
    text += fmt::format("; evidence {}", evidence_text(last.evidence, last.priority, last.vrid));
  }
  return text;
}

// Empty where the data simply follows the claims.
std::string learning_text(const HavipStatus& havip) {
  if (havip.handover_left_ms) {
    return fmt::format(
        "handover: the claims name {}; data follows when it announces the address, in {} ms at the latest\n",
        havip.elected, *havip.handover_left_ms);
  }
  if (havip.learn == LearnMode::kEnforce) {
    if (havip.pinned.empty()) return "";
    return fmt::format("learn: enforce; pinned to {}, the claims name {}\n", havip.pinned,
                       name_or_nobody(havip.elected));
  }
  const auto* why = havip.pinned.empty() ? "bound first" : "pinned";
  const auto text = fmt::format("learn: {}; the data stays at the port that is {}", havip.learn, why);
  if (havip.learn == LearnMode::kOff) return text + ", claims are not evaluated\n";
  return fmt::format("{}, the claims name {}; decisions that disagreed: {}\n", text,
                     name_or_nobody(havip.elected), havip.disagreements);
}

std::string candidates_text(const HavipStatus& havip) {
  if (havip.candidates.empty()) return "candidates: none, no port is bound\n";
  TextTable table({{"PORT"},
                   {"CLAIMS"},
                   {"ADVERTS"},
                   {"EVIDENCE"},
                   {"PRIORITY", Align::kRight},
                   {"VRID", Align::kRight},
                   {"INTERVAL_MS", Align::kRight},
                   {"LAST_ADVERT_MS", Align::kRight}});
  for (const auto& candidate : havip.candidates) {
    const bool has_adverts = candidate.last_advert_age_ms >= 0;
    table.add({candidate.port,
               candidate.down       ? "down"
               : candidate.restored ? "before"
               : candidate.active   ? "yes"
                                    : "no",
               !has_adverts      ? "none"
               : candidate.fresh ? "fresh"
                                 : "ceased",
               fmt::to_string(candidate.evidence), has_adverts ? fmt::to_string(candidate.priority) : "-",
               has_adverts ? fmt::to_string(candidate.vrid) : "-",
               has_adverts ? fmt::to_string(candidate.interval_ms) : "-",
               has_adverts ? fmt::to_string(candidate.last_advert_age_ms) : "-"});
  }
  return "candidates:\n" + table.text(2);
}

// The last `count` decisions as a table, indented by `indent` blanks.
std::string decisions_table(const HavipStatus& havip, std::size_t count, std::size_t indent) {
  TextTable table({{"SEQUENCE", Align::kRight},
                   {"AT"},
                   {"FROM"},
                   {"TO"},
                   {"TRIGGER"},
                   {"RULE"},
                   {"EVIDENCE"},
                   {"COMMIT_US", Align::kRight}});
  const auto& decisions = havip.decisions;
  for (auto i = decisions.size() - std::min(count, decisions.size()); i < decisions.size(); ++i) {
    const auto& decision = decisions[i];
    table.add({fmt::to_string(decision.sequence), text::clock(decision.at_unix_us),
               name_or_nobody(decision.from), name_or_nobody(decision.to), fmt::to_string(decision.trigger),
               fmt::to_string(decision.rule),
               evidence_text(decision.evidence, decision.priority, decision.vrid), commit_text(decision)});
  }
  return table.text(indent);
}

constexpr std::size_t kDecisionsTold = 8;

std::string decisions_text(const HavipStatus& havip) {
  if (havip.decisions.empty()) return "";
  const auto more = havip.decisions.size() > kDecisionsTold
                        ? fmt::format(" (all {}: show havip {} history)", havip.decisions.size(), havip.name)
                        : std::string();
  return fmt::format("last decisions, newest last{}:\n", more) + decisions_table(havip, kDecisionsTold, 2);
}

std::string tell_address(const HavipStatus& havip) {
  return fmt::format("HAVIP {}: {} in subnet {}, answered with MAC {}\n", havip.name, havip.address,
                     havip.subnet, havip.stable_mac) +
         fmt::format("owner: {}\n", owner_text(havip)) +
         fmt::format("state: {}, {}\n", havip.state, meaning(havip.state)) + learning_text(havip) +
         fmt::format("why:   {}\n", why_text(havip)) +
         fmt::format("delivered to an old owner after a change: {} packets\n", havip.delivered_to_old_owner) +
         candidates_text(havip) + decisions_text(havip);
}

}  // namespace

std::string tell_havip(std::span<const HavipStatus> havip) {
  std::string text;
  for (const auto& address : havip) text += (text.empty() ? "" : "\n") + tell_address(address);
  return text;
}

std::string tell_history(std::span<const HavipStatus> havip) {
  std::string text;
  for (const auto& address : havip) {
    if (havip.size() > 1) text += fmt::format("{}{}:\n", text.empty() ? "" : "\n", address.address);
    text += address.decisions.empty() ? "no decision was made yet\n"
                                      : decisions_table(address, address.decisions.size(), 0);
  }
  return text;
}

std::string list_havips(const std::vector<HavipStatus>& havips) {
  if (havips.empty()) return "no HAVIPs\n";
  TextTable table({{"HAVIP"},
                   {"SUBNET"},
                   {"ADDRESS"},
                   {"STATE"},
                   {"OWNER"},
                   {"FOR", Align::kRight},
                   {"CHANGES", Align::kRight}});
  for (const auto& havip : havips) {
    const bool is_owned = !havip.owner.empty();
    table.add({havip.name, havip.subnet, fmt::to_string(havip.address), fmt::to_string(havip.state),
               name_or_nobody(havip.owner), is_owned ? seconds(havip.now_ms - havip.owner_since_ms) : "-",
               fmt::to_string(havip.owner_changes)});
  }
  return table.text();
}

}  // namespace vipswitch::shell
