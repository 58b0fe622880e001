#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

#include "control/model/words.h"
#include "control/shell/commands.h"
#include "control/shell/havip_form.h"
#include "control/shell/havip_story.h"
#include "control/shell/limit_argument.h"
#include "control/shell/object_show.h"
#include "control/shell/print.h"
#include "control/text/format.h"
#include "control/text/make_error.h"
#include "control/text/parse.h"

namespace vipswitch::shell {
namespace {

Result<void> add_havip(Context& context, const Arguments& arguments) {
  model::Havip havip;
  havip.name = arguments.text("NAME");
  havip.subnet = arguments.text("SUBNET");
  havip.ipv4 = arguments.get_if<Ipv4>("ADDRESS");
  havip.ipv6 = arguments.get_if<Ipv6>("ADDRESS6");
  const auto added = context.service.add(havip);
  if (!added) return added.error();
  if (added.value() != havip) {
    context.print(
        fmt::format("HAVIP {} has {}\n", havip.name, fmt::join(model::addresses_of(added.value()), " and ")));
  }
  return {};
}

Result<void> del_havip(Context& context, const Arguments& arguments) {
  return context.service.remove_havip(arguments.text("HAVIP"));
}

Result<void> bind_havip(Context& context, const Arguments& arguments) {
  return context.service.bind_havip(arguments.text("HAVIP"), arguments.text("PORT"));
}

Result<void> unbind_havip(Context& context, const Arguments& arguments) {
  return context.service.unbind_havip(arguments.text("HAVIP"), arguments.text("PORT"));
}

Result<void> pin_havip(Context& context, const Arguments& arguments) {
  return context.service.pin_havip(arguments.text("HAVIP"), arguments.text("PORT"));
}

Result<void> unpin_havip(Context& context, const Arguments& arguments) {
  return context.service.unpin_havip(arguments.text("HAVIP"));
}

Result<void> learn_havip(Context& context, const Arguments& arguments) {
  const auto mode = model::parse_learn_mode(arguments.text("MODE"));
  const auto* own = std::get_if<LearnMode>(&mode);  // else "default"
  return context.service.set_havip_learn(arguments.text("HAVIP"), own ? std::optional(*own) : std::nullopt);
}

Result<void> hand_over_havip(Context& context, const Arguments& arguments) {
  return context.service.set_havip_handover(arguments.text("HAVIP"), arguments.get<Handover>("WHEN"));
}

Result<void> follow_group(Context& context, const Arguments& arguments) {
  const auto vrid = arguments.get<std::uint64_t>("VRID");  // 0: none
  return context.service.set_havip_follow(
      arguments.text("HAVIP"), vrid == 0 ? std::nullopt : std::optional(static_cast<std::uint16_t>(vrid)));
}

Result<void> learn(Context& context, const Arguments& arguments) {
  return context.service.set_learn(arguments.get<LearnMode>("MODE"));
}

Result<void> show_havip_objects(Context& context, const Arguments& arguments) {
  return show_objects(context, arguments, context.service.objects().havips, "HAVIP", "havip");
}

// The HAVIP of that name, else the one that has that address.
Result<std::string> name_of(const model::Objects& objects, const std::string& text) {
  if (objects.havips.contains(text)) return text;
  if (text == "history" || text == "failovers")
    return make_error(ErrorCode::not_found, "havip: missing, expected show havip HAVIP {}", text);
  std::vector<std::string> names;
  const auto address = text::parse_address(text);
  if (const auto* known = std::get_if<IpAddress>(&address)) {
    for (const auto& [name, havip] : objects.havips) {
      const auto addresses = model::addresses_of(havip);
      if (std::find(addresses.begin(), addresses.end(), *known) != addresses.end()) names.push_back(name);
    }
  }
  if (names.size() == 1) return names.front();
  if (names.empty())
    return make_error(ErrorCode::not_found,
                      "havip: \"{}\" does not exist, expected the name or address of a HAVIP", text);
  return make_error(ErrorCode::not_found, "havip: \"{}\" is the address of several, expected one of {}", text,
                    fmt::join(names, ", "));
}

Result<void> show_one_owner(Context& context, const Arguments& arguments) {
  const bool is_history = arguments.has("history"), is_failovers = arguments.has("failovers");
  const auto& text = arguments.text("HAVIP");
  if (is_history && is_failovers)
    return make_error(ErrorCode::usage, "show havip: history and failovers, expected one of them");
  if (arguments.has("COUNT") && !is_history && !is_failovers) {
    return make_error(ErrorCode::usage,
                      "show havip: count without its table, expected show havip {0} history count {1} or "
                      "show havip {0} failovers count {1}",
                      text, arguments.get<std::uint64_t>("COUNT"));
  }
  const auto count = shown_count(arguments);
  if (!count) return count.error();
  const auto name = name_of(context.service.objects(), text);
  if (!name) return name.error();
  const auto asked = context.runtime.havip(name.value());
  if (!asked) return asked.error();
  const auto& havip = asked.value();
  if (is_history) {
    print(context, arguments, history_document(havip, count.value()), tell_history(havip, count.value()));
  } else if (is_failovers) {
    print(context, arguments, failovers_document(havip, count.value()), tell_failovers(havip, count.value()));
  } else {
    const auto speakers = context.runtime.vrrp_speakers();
    print(context, arguments, to_json(havip, speakers), with_notice(context, tell_havip(havip, speakers)));
  }
  return {};
}

Result<void> show_all_owners(Context& context, const Arguments& arguments) {
  const auto havips = context.runtime.all_havips();
  if (!havips) return havips.error();
  if (!arguments.has("json")) {
    context.print(with_notice(context, list_havips(havips.value())));
    return {};
  }
  const auto speakers = context.runtime.vrrp_speakers();
  auto array = Json::array();
  // The addresses of a HAVIP follow each other.
  for (std::span<const HavipStatus> rest(havips.value()); !rest.empty();) {
    std::size_t count = 1;
    while (count < rest.size() && rest[count].name == rest.front().name) ++count;
    array.push_back(to_json(rest.first(count), speakers));
    rest = rest.subspan(count);
  }
  context.print(to_text(Json{{"havips", std::move(array)}}));
  return {};
}

const Argument kHavip{"HAVIP", &value_type::kHavipName, "name of a HAVIP"};
const Argument kMode{"MODE", &value_type::kLearnMode,
                     "off: claims are not evaluated; observe: they are, and told, but data stays at the "
                     "pinned port or the one bound first; enforce: data follows them"};

}  // namespace

std::vector<Command> havip_commands() {
  return {
      {"havip add NAME subnet SUBNET [ipv4 ADDRESS] [ipv6 ADDRESS6]",
       "make a HAVIP, a virtual address whose owner is learned",
       {{"NAME", &value_type::kText, "name of the new HAVIP"},
        {"SUBNET", &value_type::kSubnetName, "subnet that it belongs to"},
        {"ADDRESS", &value_type::kIpv4OrAuto,
         "its IPv4 address, free in the subnet; auto: the highest free one; without any address, one of each "
         "family of the subnet is chosen"},
        {"ADDRESS6", &value_type::kIpv6OrAuto, "its IPv6 address, likewise"}},
       add_havip},
      {"havip del HAVIP", "delete a HAVIP that is not bound", {kHavip}, del_havip},
      {"havip bind HAVIP PORT",
       "let a port claim a HAVIP",
       {kHavip, {"PORT", &value_type::kPortName, "name of a port of the same subnet, one an instance"}},
       bind_havip},
      {"havip unbind HAVIP PORT",
       "stop a port from claiming a HAVIP",
       {kHavip, {"PORT", &value_type::kPortName, "name of a port that is bound to it"}},
       unbind_havip},
      {"havip pin HAVIP PORT",
       "make a bound port the owner, whatever is claimed",
       {kHavip, {"PORT", &value_type::kPortName, "name of a port that is bound to it"}},
       pin_havip},
      {"havip unpin HAVIP", "let the claims name the owner again", {kHavip}, unpin_havip},
      {"havip learn HAVIP MODE",
       "set how far the claims for one HAVIP are trusted",
       {kHavip,
        {"MODE", &value_type::kLearnChoice, "off, observe or enforce; default: as the claims for all are"}},
       learn_havip},
      {"havip handover HAVIP WHEN",
       "set when data leaves an owner that is outranked and still there",
       {kHavip,
        {"WHEN", &value_type::kHandover,
         "announced: at the new owner's first announcement, 20 ms after its advert at the latest; at-once: "
         "with the advert, before the new owner holds the address"}},
       hand_over_havip},
      {"havip follow HAVIP VRID",
       "name the VRRP group that a HAVIP belongs to though no advert lists it",
       {kHavip,
        {"VRID", &value_type::kLimitIn<model::kVridRange>,
         "number of the group, 1 to 255, of either family; none: learned from announcements"}},
       follow_group},
      {"learn MODE",
       "set how far claims are trusted, for all HAVIPs without a mode of their own",
       {kMode},
       learn},
      {"havip show [json]", "print all HAVIPs as commands", {}, show_havip_objects},
      {"havip show HAVIP [json]", "print one HAVIP as commands", {kHavip}, show_havip_objects},
      {"show havip [json]", "list the HAVIPs with their owners", {}, show_all_owners},
      {"show havip HAVIP [history] [failovers] [count COUNT] [json]",
       "tell who owns a HAVIP, since when, why, why not the others, what would change it, and what to look "
       "at; history: every decision that is remembered; failovers: when data moved, and what it lost",
       {{"HAVIP", &value_type::kHavipName, "name of a HAVIP, or the address that one of them has"},
        {"COUNT", &value_type::kNumberIn<kShownRange>, "the newest only, so many"}},
       show_one_owner},
  };
}

}  // namespace vipswitch::shell
