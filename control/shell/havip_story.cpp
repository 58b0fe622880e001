#include "control/shell/havip_story.h"

#include <fmt/format.h>

#include "control/advice/advisor.h"
#include "control/shell/candidate_story.h"
#include "control/shell/havip_tables.h"
#include "control/shell/havip_words.h"
#include "control/shell/text_table.h"
#include "control/text/clock_text.h"
#include "control/text/duration_text.h"
#include "control/text/format.h"

namespace vipswitch::shell {
namespace {

std::string owner_text(const HavipStatus& havip) {
  if (havip.owner.empty()) return "nobody";
  return fmt::format("{} for {}, frames go to {}", havip.owner,
                     text::seconds(havip.now_ms - havip.owner_since_ms), havip.delivery_mac);
}

// The state that the rule of a decision leads to; what stands may have changed since without a move.
bool still_holds(Rule rule, OwnerState state) {
  switch (rule) {
    case Rule::kFreshVrrp:
      return state == OwnerState::kOwnedVrrp;
    case Rule::kLatestClaim:
    case Rule::kWeakHint:
      return state == OwnerState::kOwnedAnnouncement || state == OwnerState::kSuspect;
    case Rule::kPinned:
      return state == OwnerState::kPinned;
    case Rule::kFixed:
      return state == OwnerState::kFixed;
    case Rule::kNobody:
      return state == OwnerState::kReleased || state == OwnerState::kUnknown;
  }
  return true;
}

std::string why_text(const HavipStatus& havip) {
  const auto logged = havip.decisions.empty() ? 0 : havip.decisions.back().sequence;
  if (logged != havip.owner_changes) {
    return "the decision was lost on its way here, more came at once than there was room for (events_lost in "
           "show learning)";
  }
  if (havip.decisions.empty()) return "no decision was made yet";
  const auto& last = havip.decisions.back();
  const std::int64_t took_ns = last.evidence_to_commit_ns;  // the time that is told is that of the evidence
  auto text = fmt::format("{} at {}{}; rule {}: {}", cause_of(last, family_of(havip.address)),
                          text::clock(last.at_unix_us - took_ns / 1000),
                          took_ns == 0 ? "" : fmt::format(", decided {} later", text::short_time(took_ns)),
                          last.rule, reason_for(last, havip.pinned));
  if (!last.to.empty()) {
    text += fmt::format("; evidence {}", evidence_text(last.evidence, last.priority, last.vrid));
  }
  if (!still_holds(last.rule, havip.state))
    text += fmt::format("; the state has changed since, now it is so by rule {}", havip.rule);
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
  const auto* where = !havip.pinned.empty()       ? "the data stays at the port that is pinned"
                      : !havip.candidates.empty() ? "the data stays at the port that is bound first"
                                                  : "no port is bound, so the data goes nowhere";
  const auto text = fmt::format("learn: {}; {}", havip.learn, where);
  if (havip.learn == LearnMode::kOff) return text + ", claims are not evaluated\n";
  return fmt::format("{}, the claims name {}; decisions that disagreed: {}\n", text,
                     name_or_nobody(havip.elected), havip.disagreements);
}

// How data fared at changes, since the switch started.
std::string packets_text(const HavipStatus& havip) {
  auto text =
      fmt::format("delivered to an old owner after a change: {} packets", havip.delivered_to_old_owner);
  if (havip.dropped_without_owner > 0)
    text +=
        fmt::format("; dropped while nobody was the owner, since the start: {}", havip.dropped_without_owner);
  return text + "\n";
}

std::string last_failover_text(const HavipStatus& havip) {
  if (havip.failovers.empty() || havip.failovers.back().from.empty()) return "";
  const auto& last = havip.failovers.back();
  const auto gap = last.gap_ns()
                       ? fmt::format("{} between the last packet to the one and the first to the other",
                                     text::short_time(*last.gap_ns()))
                       : std::string("no packets on both sides of it");
  // A timer or the operator needs no time to decide.
  const auto took = last.moved_ns == 0
                        ? fmt::format("by {}", last.trigger)
                        : fmt::format("{} after the {}", text::short_time(last.moved_ns), last.trigger);
  return fmt::format("last failover: {} to {}, {}; {}; {} dropped (show havip {} failovers)\n", last.from,
                     last.to, took, gap, last.dropped, havip.name);
}

std::string candidates_text(const HavipStatus& havip) {
  if (havip.candidates.empty()) return "candidates: none, no port is bound\n";
  return "candidates:\n" + candidates_table(havip, 2);
}

constexpr std::size_t kDecisionsTold = 8;

std::string decisions_text(const HavipStatus& havip) {
  if (havip.decisions.empty()) return "";
  const auto more = havip.decisions.size() > kDecisionsTold
                        ? fmt::format(" (all {}: show havip {} history)", havip.decisions.size(), havip.name)
                        : std::string();
  return fmt::format("last decisions, newest last{}:\n", more) + decisions_table(havip, kDecisionsTold, 2);
}

std::string advice_text(const HavipStatus& havip, std::span<const VrrpSpeaker> speakers) {
  std::string text;
  for (const auto& advice : advice::advise(havip, speakers))
    text += fmt::format("advice: {}\n", advice.sentence);
  return text;
}

std::string tell_address(const HavipStatus& havip, std::span<const VrrpSpeaker> speakers) {
  return fmt::format("HAVIP {}: {} in subnet {}, answered with MAC {}\n", havip.name, havip.address,
                     havip.subnet, havip.stable_mac) +
         fmt::format("owner: {}\n", owner_text(havip)) +
         fmt::format("state: {}, {}\n", havip.state, meaning(havip)) + learning_text(havip) +
         fmt::format("why:   {}\n", why_text(havip)) + why_not_text(havip) + lasts_until_text(havip) +
         follows_text(havip) + asking_text(havip) + damping_text(havip) + packets_text(havip) +
         last_failover_text(havip) + candidates_text(havip) + decisions_text(havip) +
         advice_text(havip, speakers);
}

// A table for each address, behind the address where there are several.
std::string tell_tables(std::span<const HavipStatus> havip,
                        std::string (*table)(const HavipStatus&, std::size_t), std::size_t count) {
  std::string text;
  for (const auto& address : havip) {
    if (havip.size() > 1) text += fmt::format("{}{}:\n", text.empty() ? "" : "\n", address.address);
    text += table(address, count);
  }
  return text;
}

}  // namespace

std::string tell_havip(std::span<const HavipStatus> havip, std::span<const VrrpSpeaker> speakers) {
  std::string text;
  for (const auto& address : havip) text += (text.empty() ? "" : "\n") + tell_address(address, speakers);
  return text;
}

std::string tell_history(std::span<const HavipStatus> havip, std::size_t count) {
  return tell_tables(
      havip,
      [](const HavipStatus& address, std::size_t most) {
        return address.decisions.empty() ? std::string("no decision was made yet\n")
                                         : decisions_table(address, most, 0);
      },
      count);
}

std::string tell_failovers(std::span<const HavipStatus> havip, std::size_t count) {
  return tell_tables(
      havip,
      [](const HavipStatus& address, std::size_t most) {
        return address.failovers.empty() ? std::string("data has not moved yet\n")
                                         : failovers_table(address, most, 0);
      },
      count);
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
               name_or_nobody(havip.owner),
               is_owned ? text::seconds(havip.now_ms - havip.owner_since_ms) : "-",
               fmt::to_string(havip.owner_changes)});
  }
  return table.text();
}

}  // namespace vipswitch::shell
