// `show advice` and `show vrrp`: what is wrong with the guests' configuration, and what they say in their
// adverts.

#include <algorithm>
#include <fmt/format.h>

#include "control/advice/advisor.h"
#include "control/shell/commands.h"
#include "control/shell/havip_form.h"
#include "control/shell/print.h"
#include "control/shell/text_table.h"
#include "control/text/duration_text.h"
#include "control/text/format.h"
#include "control/text/join.h"

namespace vipswitch::shell {
namespace {

Result<void> show_advice(Context& context, const Arguments& arguments) {
  const auto havips = context.runtime.all_havips();
  if (!havips) return havips.error();
  const auto speakers = context.runtime.vrrp_speakers();
  auto array = Json::array();
  std::string text;
  for (const auto& havip : havips.value()) {
    for (const auto& advice : advice::advise(havip, speakers)) {
      array.push_back({{"havip", havip.name},
                       {"address", fmt::to_string(havip.address)},
                       {"code", to_word(advice.code)},
                       {"sentence", advice.sentence}});
      text +=
          fmt::format("{} ({}), {}: {}\n", havip.name, havip.address, to_word(advice.code), advice.sentence);
    }
  }
  print(context, arguments, Json{{"advice", std::move(array)}},
        with_notice(context, text.empty() ? "nothing to advise\n" : text));
  return {};
}

std::string priority_text(const VrrpSpeaker& speaker) {
  return speaker.is_resigned ? "0, resigned" : number(speaker.priority);
}

// HAVIPs of the port that go with the group, though its adverts do not list them.
std::vector<std::string> followers_of(const VrrpSpeaker& speaker, const std::vector<HavipStatus>& havips) {
  std::vector<std::string> names;
  for (const auto& havip : havips) {
    const auto& follows = havip.follows;
    if (!follows || havip.subnet != speaker.subnet || follows->vrid != speaker.vrid) continue;
    if (follows->family && *follows->family != speaker.family) continue;
    const auto is_of_port = [&](const CandidateStatus& candidate) { return candidate.port == speaker.port; };
    if (std::any_of(havip.candidates.begin(), havip.candidates.end(), is_of_port) &&
        std::find(speaker.havips.begin(), speaker.havips.end(), havip.name) == speaker.havips.end() &&
        std::find(names.begin(), names.end(), havip.name) == names.end()) {
      names.push_back(havip.name);
    }
  }
  return names;
}

std::string list_of(const std::vector<std::string>& names) {
  return names.empty() ? "none" : text::join(names);
}

Result<void> show_vrrp(Context& context, const Arguments& arguments) {
  const auto havips = context.runtime.all_havips();
  if (!havips) return havips.error();
  auto array = Json::array();
  TextTable table({{"SUBNET"},
                   {"FAMILY"},
                   {"VRID", Align::kRight},
                   {"PORT"},
                   {"PRIORITY", Align::kRight},
                   {"VERSION", Align::kRight},
                   {"AUTH"},
                   {"CAST"},
                   {"INTERVAL_MS", Align::kRight},
                   {"LAST_ADVERT", Align::kRight},
                   {"ADDRESSES", Align::kRight},
                   {"LISTED"},
                   {"FOLLOWING"}});
  for (const auto& speaker : context.runtime.vrrp_speakers()) {
    const auto followers = followers_of(speaker, havips.value());
    array.push_back(to_json(speaker));
    array.back()["followers"] = followers;
    table.add({speaker.subnet, fmt::to_string(speaker.family), number(speaker.vrid), speaker.port,
               priority_text(speaker), number(speaker.version), std::string(to_word(speaker.auth)),
               speaker.is_unicast ? "unicast" : "multicast", number(speaker.interval_ms),
               text::age(speaker.last_advert_age_ms), number(speaker.list_size), list_of(speaker.havips),
               list_of(followers)});
  }
  print(context, arguments, Json{{"speakers", std::move(array)}},
        with_notice(context,
                    table.empty() ? "no port has sent VRRP since it was bound to a HAVIP\n" : table.text()));
  return {};
}

}  // namespace

std::vector<Command> advice_commands() {
  return {
      {"show advice [json]", "tell what is wrong with each HAVIP, and what to do about it", {}, show_advice},
      {"show vrrp [json]",
       "list what each bound port said in its last VRRP advert, one line a group, to compare",
       {},
       show_vrrp},
  };
}

}  // namespace vipswitch::shell
