#include <fmt/ranges.h>
#include <string>
#include <vector>

#include "control/model/member_rules.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {

namespace {

Result<void> check_addresses(const Indexes& indexes, const Subnet& subnet, const Port& port) {
  if (!port.ipv4 && !port.ipv6) {
    std::vector<std::string> arguments, ranges;
    const auto name = [&](std::string_view argument, const auto& range) {
      if (!range) return;
      arguments.emplace_back(argument);
      ranges.push_back(fmt::to_string(*range));
    };
    name("ipv4", subnet.ipv4);
    name("ipv6", subnet.ipv6);
    return make_error(ErrorCode::invalid_argument, "{}: no address is given, expected one in {}",
                      fmt::join(arguments, ", "), fmt::join(ranges, " or "));
  }
  if (port.ipv4) {
    if (auto checked = check_member_address(indexes, subnet, *port.ipv4); !checked) return checked;
  }
  return port.ipv6 ? check_member_address(indexes, subnet, *port.ipv6) : Result<void>();
}

}  // namespace

Result<void> Transaction::add(const Port& port) {
  if (auto checked = check_new_name(objects().ports, port.name, "port"); !checked) return checked;
  if (port.name == kUplinkName) {
    return make_error(ErrorCode::invalid_argument,
                      "name: \"{}\" stands for the uplink, expected another name", port.name);
  }
  if (auto checked = check_name("instance", port.instance); !checked) return checked;
  const Subnet* subnet = find(objects().subnets, port.subnet);
  if (!subnet) return unknown_name("subnet", port.subnet, "subnet");
  if (auto checked = check_interface_mac(port.mac); !checked) return checked;
  if (const auto* other = find(indexes().port_by_vpc_mac, {subnet->vpc, port.mac})) {
    return make_error(ErrorCode::already_exists,
                      "mac: {} is taken by port \"{}\", expected one unused in VPC \"{}\"", port.mac, *other,
                      subnet->vpc);
  }
  if (auto checked = check_addresses(indexes(), *subnet, port); !checked) return checked;
  if (auto checked = check_device(indexes(), port); !checked) return checked;
  if (auto checked = check_queues(port.queues); !checked) return checked;
  if (auto checked = check_rate(port); !checked) return checked;
  if (const auto* primary = find(indexes().primary_by_instance, port.instance);
      primary && port.nic == Nic::kPrimary) {
    return make_error(ErrorCode::rule,
                      "nic: port \"{}\" is the primary vNIC of instance \"{}\", expected secondary", *primary,
                      port.instance);
  }
  put(port);
  return {};
}

Result<void> Transaction::set_port(std::string_view name, const PortChange& change) {
  const Port* port = find(objects().ports, name);
  if (!port) return unknown_name("port", name, "port");
  Port changed = *port;
  changed.forwards = change.forwards.value_or(port->forwards);
  changed.rate_mbps = change.rate_mbps.value_or(port->rate_mbps);
  changed.burst_kb = change.burst_kb.value_or(port->burst_kb);
  changed.vrrp_filter = change.vrrp_filter.value_or(port->vrrp_filter);
  if (auto checked = check_rate(changed); !checked) return checked;
  put(std::move(changed));
  return {};
}

Result<void> Transaction::remove_port(std::string_view name) {
  const Port* port = find(objects().ports, name);
  if (!port) return unknown_name("port", name, "port");
  Users users;
  const auto& bindings = indexes().port_havips;
  for (auto at = bindings.lower_bound({port->name, ""});
       at != bindings.end() && at->first == port->name && !users.full(); ++at) {
    users.add("HAVIP", at->second);
  }
  for (const auto family : kFamilies) {
    if (const auto* eip = find(indexes().eip_by_target, {TargetKind::kPort, port->name, family}))
      users.add("EIP", *eip);
  }
  add_routes_via(objects(), {TargetKind::kPort, port->name}, indexes(), users);
  if (!users.empty()) return users.error("port", name, "a port without HAVIPs, EIP and routes");
  erase<Port>(port->name);
  return {};
}

}  // namespace vipswitch::model
