#include <algorithm>
#include <iterator>

#include "control/model/member_rules.h"
#include "control/model/rules.h"
#include "control/model/transaction.h"
#include "vipswitch/limits.h"

namespace vipswitch::model {
namespace {

Ipv4 highest_host(const Ipv4Prefix& prefix) {
  return previous_address(prefix.last());
}
// Below the 128 reserved anycast addresses (RFC 2526 section 2).
Ipv6 highest_host(const Ipv6Prefix& prefix) {
  return previous_address(Ipv6Interface{prefix.last(), 121}.prefix().address);
}

const std::string* find_same_mac(const Indexes&, const Subnet&, Ipv4) {
  return nullptr;
}
const std::string* find_same_mac(const Indexes& indexes, const Subnet& subnet, const Ipv6& address) {
  return find(indexes.havip_by_subnet_mac, std::pair{subnet.name, stable_mac(address)});
}

// From the top, because instances are numbered from the bottom.
template <class Address>
Result<Address> allocate_address(const Indexes& indexes, const Subnet& subnet) {
  const auto& prefix = *part_of<Address>(subnet);
  const auto& taken = indexes.of_vpc<Address>(subnet.vpc).taken;
  const auto is_unfit = [&](const Address& address) {
    return address == gateway_of<Address>(subnet) || find_same_mac(indexes, subnet, address) != nullptr;
  };
  auto address = taken.highest_free(highest_host(prefix));
  while (address > prefix.first() && is_unfit(address))
    address = taken.highest_free(previous_address(address));
  if (address > prefix.first()) return address;
  return make_error(ErrorCode::quota, "subnet: \"{}\" has no free address left, expected one in {}",
                    subnet.name, prefix);
}

// Members know a HAVIP by its MAC; that of an IPv6 address is a hash.
Result<void> check_mac(const Indexes& indexes, const Subnet& subnet, const Ipv6& address) {
  const auto* other = find_same_mac(indexes, subnet, address);
  if (!other) return {};
  return make_error(ErrorCode::rule,
                    "ipv6: {} would have MAC {}, as HAVIP \"{}\" of the same subnet has, expected another "
                    "address",
                    address, stable_mac(address), *other);
}
Result<void> check_mac(const Indexes&, const Subnet&, Ipv4) {
  return {};
}

// An address that is wanted: given, or to be allocated.
template <class Address>
Result<void> settle_address(const Indexes& indexes, const Subnet& subnet, std::optional<Address>& address) {
  if (!address) return {};
  if (address->is_unspecified()) {
    if (auto checked = check_has_family(subnet, *address); !checked) return checked;
    auto allocated = allocate_address<Address>(indexes, subnet);
    if (!allocated) return allocated.error();
    address = allocated.value();
  }
  if (auto checked = check_member_address(indexes, subnet, *address); !checked) return checked;
  return check_mac(indexes, subnet, *address);
}

Result<void> check_quota(const Indexes& indexes, const Subnet& subnet) {
  const auto* count = find(indexes.havip_count_by_subnet, subnet.name);
  if ((count ? *count : 0) < subnet.havip_quota) return {};
  return make_error(ErrorCode::quota, "subnet: \"{}\" has its {} HAVIPs, expected at most its havip_quota",
                    subnet.name, subnet.havip_quota);
}

std::size_t count_havips_of(const Indexes& indexes, const std::string& port) {
  const auto& bindings = indexes.port_havips;
  std::size_t count = 0;
  for (auto at = bindings.lower_bound({port, ""}); at != bindings.end() && at->first == port; ++at) ++count;
  return count;
}

Result<void> check_limits(const Indexes& indexes, const Havip& havip, const Port& port) {
  if (havip.ports.size() >= kMaxHavipPorts) {
    return make_error(ErrorCode::quota,
                      "port: \"{}\" is one too many for HAVIP \"{}\", expected at most {} ports", port.name,
                      havip.name, kMaxHavipPorts);
  }
  if (count_havips_of(indexes, port.name) >= kMaxPortHavips) {
    return make_error(ErrorCode::quota,
                      "havip: \"{}\" is one too many for port \"{}\", expected at most {} HAVIPs", havip.name,
                      port.name, kMaxPortHavips);
  }
  return {};
}

// A crash of one instance must not take two candidates with it.
Result<void> check_other_instance(const Objects& objects, const Havip& havip, const Port& port) {
  for (const auto& bound : havip.ports) {
    if (find(objects.ports, bound)->instance != port.instance) continue;
    return make_error(
        ErrorCode::rule,
        "port: \"{}\" belongs to instance \"{}\", as does bound port \"{}\", expected one port an instance",
        port.name, port.instance, bound);
  }
  return {};
}

Result<void> check_follow(const std::optional<std::uint16_t>& vrid) {
  return vrid ? text::check_range("follow", *vrid, kVridRange) : Result<void>();
}

}  // namespace

void want_addresses(Havip& havip, const Subnet& subnet) {
  if (havip.ipv4 || havip.ipv6) return;
  if (subnet.ipv4) havip.ipv4 = Ipv4();
  if (subnet.ipv6) havip.ipv6 = Ipv6();
}

Result<void> Transaction::add(const Havip& havip) {
  if (auto checked = check_new_name(objects().havips, havip.name, "HAVIP"); !checked) return checked;
  const Subnet* subnet = find(objects().subnets, havip.subnet);
  if (!subnet) return unknown_name("subnet", havip.subnet, "subnet");
  Havip added = havip;
  added.ports.clear();
  added.pin.reset();
  want_addresses(added, *subnet);
  if (auto settled = settle_address(indexes(), *subnet, added.ipv4); !settled) return settled;
  if (auto settled = settle_address(indexes(), *subnet, added.ipv6); !settled) return settled;
  if (auto checked = check_quota(indexes(), *subnet); !checked) return checked;
  if (auto checked = check_follow(havip.follow); !checked) return checked;
  put(std::move(added));
  for (const auto& port : havip.ports) {
    if (auto bound = bind_havip(havip.name, port); !bound) return bound;
  }
  return havip.pin ? pin_havip(havip.name, *havip.pin) : Result<void>();
}

Result<void> Transaction::remove_havip(std::string_view name) {
  const Havip* havip = find(objects().havips, name);
  if (!havip) return unknown_name("havip", name, "HAVIP");
  Users users;
  for (const auto& port : havip->ports) users.add("port", port);
  for (const auto family : kFamilies) {
    if (const auto* eip = find(indexes().eip_by_target, {TargetKind::kHavip, havip->name, family}))
      users.add("EIP", *eip);
  }
  add_routes_via(objects(), {TargetKind::kHavip, havip->name}, indexes(), users);
  if (!users.empty()) return users.error("havip", name, "it unbound from ports, EIP and routes");
  erase<Havip>(havip->name);
  return {};
}

Result<void> Transaction::bind_havip(std::string_view havip_name, std::string_view port_name) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  const Port* port = find(objects().ports, port_name);
  if (!port) return unknown_name("port", port_name, "port");
  if (indexes().port_havips.count({port->name, havip->name}) > 0) {
    return make_error(ErrorCode::already_exists,
                      "port: \"{}\" is already bound to HAVIP \"{}\", expected another port", port->name,
                      havip->name);
  }
  if (port->subnet != havip->subnet) {
    return make_error(ErrorCode::rule, "port: \"{}\" is in subnet \"{}\", expected a port of subnet \"{}\"",
                      port->name, port->subnet, havip->subnet);
  }
  if (auto checked = check_other_instance(objects(), *havip, *port); !checked) return checked;
  if (auto checked = check_limits(indexes(), *havip, *port); !checked) return checked;
  Havip bound = *havip;
  bound.ports.push_back(port->name);
  put(std::move(bound));
  return {};
}

Result<void> Transaction::unbind_havip(std::string_view havip_name, std::string_view port_name) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  if (!find(objects().ports, port_name)) return unknown_name("port", port_name, "port");
  const auto at = std::find(havip->ports.begin(), havip->ports.end(), port_name);
  if (at == havip->ports.end()) {
    return make_error(ErrorCode::not_found, "port: \"{}\" is not bound to HAVIP \"{}\", expected one that is",
                      port_name, havip->name);
  }
  Havip unbound = *havip;
  unbound.ports.erase(unbound.ports.begin() + std::distance(havip->ports.begin(), at));
  if (unbound.pin == port_name) unbound.pin.reset();
  put(std::move(unbound));
  return {};
}

Result<void> Transaction::pin_havip(std::string_view havip_name, std::string_view port_name) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  if (!find(objects().ports, port_name)) return unknown_name("port", port_name, "port");
  if (std::find(havip->ports.begin(), havip->ports.end(), port_name) == havip->ports.end()) {
    return make_error(ErrorCode::rule, "pin: port \"{}\" is not bound to HAVIP \"{}\", expected one that is",
                      port_name, havip->name);
  }
  Havip pinned = *havip;
  pinned.pin = std::string(port_name);
  put(std::move(pinned));
  return {};
}

Result<void> Transaction::unpin_havip(std::string_view havip_name) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  if (!havip->pin) {
    return make_error(ErrorCode::not_found, "havip: \"{}\" is not pinned, expected one that is", havip->name);
  }
  Havip unpinned = *havip;
  unpinned.pin.reset();
  put(std::move(unpinned));
  return {};
}

Result<void> Transaction::set_havip_learn(std::string_view havip_name, std::optional<LearnMode> mode) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  Havip changed = *havip;
  changed.learn = mode;
  put(std::move(changed));
  return {};
}

Result<void> Transaction::set_havip_follow(std::string_view havip_name, std::optional<std::uint16_t> vrid) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  if (auto checked = check_follow(vrid); !checked) return checked;
  Havip changed = *havip;
  changed.follow = vrid;
  put(std::move(changed));
  return {};
}

Result<void> Transaction::set_havip_handover(std::string_view havip_name, Handover handover) {
  const Havip* havip = find(objects().havips, havip_name);
  if (!havip) return unknown_name("havip", havip_name, "HAVIP");
  Havip changed = *havip;
  changed.handover = handover;
  put(std::move(changed));
  return {};
}

}  // namespace vipswitch::model
