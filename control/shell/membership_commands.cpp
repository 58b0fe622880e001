// `show havip port` and `show havip instance`: which HAVIPs a port or an instance takes part in.

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <vector>

#include "control/shell/commands.h"
#include "control/shell/havip_form.h"
#include "control/shell/text_table.h"
#include "control/text/format.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {
namespace {

// A HAVIP and the bound port that it is shown for.
struct Membership {
  std::vector<HavipStatus> havip;  // of each address
  std::string port;

  bool owns(const HavipStatus& address) const { return address.owner == port; }
};

// In order of name. An instance has at most one port bound to a HAVIP.
Result<std::vector<Membership>> find_memberships(Context& context,
                                                 const std::function<bool(const model::Port&)>& is_meant) {
  const auto& objects = context.service.objects();
  std::vector<Membership> memberships;
  for (const auto& [name, havip] : objects.havips) {
    const auto& ports = havip.ports;
    const auto at = std::find_if(ports.begin(), ports.end(), [&](const std::string& port) {
      return is_meant(objects.ports.find(port)->second);
    });
    if (at == ports.end()) continue;
    auto status = context.runtime.havip(name);
    if (!status) return status.error();
    memberships.push_back({std::move(status).value(), *at});
  }
  return memberships;
}

std::string list_memberships(const std::vector<Membership>& memberships) {
  if (memberships.empty()) return "no HAVIPs\n";
  TextTable table({{"HAVIP"}, {"ADDRESS"}, {"PORT"}, {"OWNS"}, {"STATE"}, {"OWNER"}});
  for (const auto& membership : memberships) {
    for (const auto& address : membership.havip) {
      table.add({address.name, fmt::to_string(address.address), membership.port,
                 membership.owns(address) ? "yes" : "no", fmt::to_string(address.state),
                 address.owner.empty() ? "nobody" : address.owner});
    }
  }
  return table.text();
}

Result<void> show(Context& context, const Arguments& arguments,
                  const std::function<bool(const model::Port&)>& is_meant) {
  const auto memberships = find_memberships(context, is_meant);
  if (!memberships) return memberships.error();
  if (!arguments.has("json")) {
    context.print(list_memberships(memberships.value()));
    return {};
  }
  const auto speakers = context.runtime.vrrp_speakers();
  auto array = Json::array();
  for (const auto& membership : memberships.value()) {
    auto havip = to_json(membership.havip, speakers);
    havip["port"] = membership.port;
    havip["owns"] = membership.owns(membership.havip.front());
    for (std::size_t i = 0; i < membership.havip.size(); ++i)
      havip["addresses"][i]["owns"] = membership.owns(membership.havip[i]);
    array.push_back(std::move(havip));
  }
  context.print(to_text(Json{{"havips", std::move(array)}}));
  return {};
}

Result<void> show_of_port(Context& context, const Arguments& arguments) {
  const auto& name = arguments.text("PORT");
  if (!context.service.objects().ports.contains(name)) {
    return make_error(ErrorCode::not_found, "port: \"{}\" does not exist, expected the name of a port", name);
  }
  return show(context, arguments, [&](const model::Port& port) { return port.name == name; });
}

Result<void> show_of_instance(Context& context, const Arguments& arguments) {
  const auto& name = arguments.text("INSTANCE");
  const auto is_meant = [&](const model::Port& port) { return port.instance == name; };
  const auto& ports = context.service.objects().ports;
  if (std::none_of(ports.begin(), ports.end(), [&](const auto& entry) { return is_meant(entry.second); })) {
    return make_error(ErrorCode::not_found, "instance: \"{}\" has no port, expected the instance of one",
                      name);
  }
  return show(context, arguments, is_meant);
}

}  // namespace

std::vector<Command> membership_commands() {
  return {
      {"show havip port PORT [json]",
       "list the HAVIPs that a port is bound to, and whether it owns them",
       {{"PORT", &value_type::kPortName, "name of a port"}},
       show_of_port},
      {"show havip instance INSTANCE [json]",
       "list the HAVIPs that an instance's ports are bound to, by which port, and whether it owns them",
       {{"INSTANCE", &value_type::kInstanceName, "name of an instance (VM)"}},
       show_of_instance},
  };
}

}  // namespace vipswitch::shell
