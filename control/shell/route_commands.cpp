#include <algorithm>
#include <fmt/format.h>
#include <vector>

#include "control/model/words.h"
#include "control/shell/commands.h"
#include "control/shell/json_form.h"
#include "control/shell/print.h"
#include "control/shell/text_table.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {
namespace {

using model::ViaKind;

IpPrefix prefix_of(const Arguments& arguments) {
  const auto& value = arguments.value("PREFIX");
  if (const auto* ipv6 = std::get_if<Ipv6Prefix>(&value)) return *ipv6;
  return std::get<Ipv4Prefix>(value);
}

Result<void> add_route(Context& context, const Arguments& arguments, model::RouteVia via) {
  return context.service.add(model::Route{arguments.text("VPC"), prefix_of(arguments), std::move(via)});
}
Result<void> add_route_to_internet(Context& context, const Arguments& arguments) {
  return add_route(context, arguments, {ViaKind::kInternet});
}
Result<void> add_blackhole(Context& context, const Arguments& arguments) {
  return add_route(context, arguments, {ViaKind::kBlackhole});
}
Result<void> add_route_to_port(Context& context, const Arguments& arguments) {
  return add_route(context, arguments, {ViaKind::kPort, arguments.text("PORT")});
}
Result<void> add_route_to_havip(Context& context, const Arguments& arguments) {
  return add_route(context, arguments, {ViaKind::kHavip, arguments.text("HAVIP")});
}

Result<void> del_route(Context& context, const Arguments& arguments) {
  return context.service.remove_route(arguments.text("VPC"), prefix_of(arguments));
}

// A route as it is in force: written, a subnet's range, or what holds where neither says anything.
struct Shown {
  model::RouteKey key;
  IpPrefix to;
  std::string kind, name, origin;
};

void add_shown(std::vector<Shown>& shown, const model::Route& route, std::string_view kind,
               std::string_view origin) {
  shown.push_back({key_of(route), route.to, std::string(kind), route.via.name, std::string(origin)});
}

std::vector<Shown> routes_of(const model::Objects& objects, const std::string& vpc) {
  std::vector<Shown> shown;
  for (const auto& [key, route] : objects.routes) {
    if (route.vpc == vpc) add_shown(shown, route, to_word(route.via.kind), "written");
  }
  for (const auto& [name, subnet] : objects.subnets) {
    if (subnet.vpc != vpc) continue;
    const model::RouteVia via{ViaKind::kInternet, name};
    if (subnet.ipv4) add_shown(shown, {vpc, *subnet.ipv4, via}, "subnet", "subnet");
    if (subnet.ipv6) add_shown(shown, {vpc, *subnet.ipv6, via}, "subnet", "subnet");
  }
  for (const IpPrefix& everything : {IpPrefix(Ipv4Prefix()), IpPrefix(Ipv6Prefix())}) {
    const model::Route route{vpc, everything};
    if (!objects.routes.contains(key_of(route))) add_shown(shown, route, "internet", "default");
  }
  std::sort(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) { return a.key < b.key; });
  return shown;
}

Result<void> show_routes(Context& context, const Arguments& arguments) {
  const auto& objects = context.service.objects();
  if (arguments.has("VPC") && !objects.vpcs.contains(arguments.text("VPC"))) {
    return make_error(ErrorCode::not_found, "vpc: \"{}\" does not exist, expected one of the VPCs",
                      arguments.text("VPC"));
  }
  auto array = Json::array();
  TextTable table({{"VPC"}, {"TO"}, {"VIA"}, {"ORIGIN"}});
  for (const auto& [vpc, spec] : objects.vpcs) {
    if (arguments.has("VPC") && vpc != arguments.text("VPC")) continue;
    for (const Shown& route : routes_of(objects, vpc)) {
      const auto to = model::to_text(route.to);
      table.add({vpc, to, route.name.empty() ? route.kind : fmt::format("{} {}", route.kind, route.name),
                 route.origin});
      array.push_back({{"vpc", vpc},
                       {"to", to},
                       {"via", route.kind},
                       {"name", route.name.empty() ? Json() : Json(route.name)},
                       {"origin", route.origin}});
    }
  }
  print(context, arguments, Json{{"routes", std::move(array)}}, table.empty() ? "no VPCs\n" : table.text());
  return {};
}

const Argument kVpc{"VPC", &value_type::kVpcName, "name of a VPC"};
const Argument kTo{"PREFIX", &value_type::kAnyPrefix,
                   "destinations, such as 0.0.0.0/0 or 2001:db8:9::/48; in no range of a subnet"};

}  // namespace

std::vector<Command> route_commands() {
  return {
      {"route add VPC PREFIX via internet",
       "send what is for the range to the internet, as without a route",
       {kVpc, kTo},
       add_route_to_internet},
      {"route add VPC PREFIX via blackhole", "drop what is for the range", {kVpc, kTo}, add_blackhole},
      {"route add VPC PREFIX via port PORT",
       "send what is for the range to a port, which passes it on",
       {kVpc, kTo, {"PORT", &value_type::kPortName, "port of the VPC, with an address of the family"}},
       add_route_to_port},
      {"route add VPC PREFIX via havip HAVIP",
       "send what is for the range to the owner of a HAVIP, which passes it on",
       {kVpc, kTo, {"HAVIP", &value_type::kHavipName, "HAVIP of the VPC, with an address of the family"}},
       add_route_to_havip},
      {"route del VPC PREFIX", "delete a route that was written", {kVpc, kTo}, del_route},
      {"show routes [json]", "list the routes of all VPCs, those of their subnets included", {}, show_routes},
      {"show routes VPC [json]", "list the routes of one VPC", {kVpc}, show_routes},
  };
}

}  // namespace vipswitch::shell
