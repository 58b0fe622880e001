#include "control/shell/havip_story.h"

#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <string_view>

#include "control/shell/text_table.h"
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
      return "the owner's adverts ceased and nobody succeeded; packets still go to it";
    case OwnerState::kReleased:
      return "the owner resigned, went down or was unbound, and nobody succeeded";
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
      return "a gratuitous ARP came";
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

std::string clock_text(std::int64_t unix_us) {
  const auto utc = fmt::gmtime(static_cast<std::time_t>(unix_us / 1'000'000));
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06} UTC", utc, unix_us % 1'000'000);
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
  auto text = fmt::format("{} at {}; rule {}: {}", meaning(last.trigger), clock_text(last.at_unix_us),
                          last.rule, meaning(last.rule));
  if (!last.to.empty()) {
    text += fmt::format("; evidence {}", evidence_text(last.evidence, last.priority, last.vrid));
  }
  return text;
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
               candidate.down     ? "down"
               : candidate.active ? "yes"
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

std::string decisions_text(const HavipStatus& havip) {
  if (havip.decisions.empty()) return "";
  TextTable table({{"SEQUENCE", Align::kRight},
                   {"AT"},
                   {"FROM"},
                   {"TO"},
                   {"TRIGGER"},
                   {"RULE"},
                   {"EVIDENCE"},
                   {"COMMIT_US", Align::kRight}});
  for (const auto& decision : havip.decisions) {
    table.add({fmt::to_string(decision.sequence), clock_text(decision.at_unix_us),
               name_or_nobody(decision.from), name_or_nobody(decision.to), fmt::to_string(decision.trigger),
               fmt::to_string(decision.rule),
               evidence_text(decision.evidence, decision.priority, decision.vrid), commit_text(decision)});
  }
  return "last decisions, newest last:\n" + table.text(2);
}

}  // namespace

std::string tell_havip(const HavipStatus& havip) {
  return fmt::format("HAVIP {}: {} in subnet {}, answered with MAC {}\n", havip.name, havip.ipv4,
                     havip.subnet, havip.stable_mac) +
         fmt::format("owner: {}\n", owner_text(havip)) +
         fmt::format("state: {}, {}\n", havip.state, meaning(havip.state)) +
         fmt::format("why:   {}\n", why_text(havip)) +
         fmt::format("delivered to an old owner after a change: {} packets\n", havip.delivered_to_old_owner) +
         candidates_text(havip) + decisions_text(havip);
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
    table.add({havip.name, havip.subnet, fmt::to_string(havip.ipv4), fmt::to_string(havip.state),
               name_or_nobody(havip.owner), is_owned ? seconds(havip.now_ms - havip.owner_since_ms) : "-",
               fmt::to_string(havip.owner_changes)});
  }
  return table.text();
}

}  // namespace vipswitch::shell
