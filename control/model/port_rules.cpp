#include "control/model/member_rules.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"

namespace vipswitch::model {

Result<void> check_member_address(const Indexes& indexes, const Subnet& subnet, Ipv4 address) {
  if (auto checked = check_host_in_prefix("ipv4", address, subnet.ipv4); !checked) return checked;
  if (address == subnet.gateway) {
    return make_error(ErrorCode::rule, "ipv4: {} is the gateway of subnet \"{}\", expected a free address",
                      address, subnet.name);
  }
  const auto* holder = find(indexes.holder_by_address, InVpc{subnet.vpc, address});
  if (!holder) return {};
  return make_error(ErrorCode::already_exists, "ipv4: {} is taken by {} \"{}\", expected a free address",
                    address, kind_word(holder->kind), holder->name);
}

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
  if (auto checked = check_member_address(indexes(), *subnet, port.ipv4); !checked) return checked;
  if (auto checked = check_device(indexes(), port.device, port.name); !checked) return checked;
  if (auto checked = check_queues(port.queues); !checked) return checked;
  if (const auto* primary = find(indexes().primary_by_instance, port.instance);
      primary && port.nic == Nic::kPrimary) {
    return make_error(ErrorCode::rule,
                      "nic: port \"{}\" is the primary vNIC of instance \"{}\", expected secondary", *primary,
                      port.instance);
  }
  put(port);
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
  if (const auto* eip = find(indexes().eip_by_target, {TargetKind::kPort, port->name}))
    users.add("EIP", *eip);
  if (!users.empty()) return users.error("port", name, "a port without HAVIPs and EIP");
  erase<Port>(port->name);
  return {};
}

}  // namespace vipswitch::model
