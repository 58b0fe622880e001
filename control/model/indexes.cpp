#include "control/model/indexes.h"

#include <cassert>
#include <variant>

#include "control/model/device.h"

namespace vipswitch::model {
namespace {

const std::string& vpc_of_subnet(const Objects& objects, const std::string& subnet) {
  return objects.subnets.find(subnet)->second.vpc;
}

AddressRuns<Ipv4>& runs_of(TakenAddresses& taken, Ipv4) {
  return taken.ipv4;
}
AddressRuns<Ipv6>& runs_of(TakenAddresses& taken, const Ipv6&) {
  return taken.ipv6;
}

std::vector<IpAddress> starts_of(const Subnet& subnet) {
  std::vector<IpAddress> starts;
  if (subnet.ipv4) starts.emplace_back(subnet.ipv4->first());
  if (subnet.ipv6) starts.emplace_back(subnet.ipv6->first());
  return starts;
}

}  // namespace

const std::string& vpc_of(const Objects& objects, const EipTarget& target) {
  const auto& subnet = target.kind == TargetKind::kPort ? objects.ports.find(target.name)->second.subnet
                                                        : objects.havips.find(target.name)->second.subnet;
  return vpc_of_subnet(objects, subnet);
}

void Indexes::insert(const Objects&, const Vpc& vpc) {
  vpc_by_vni.emplace(vpc.vni, vpc.name);
}
void Indexes::erase(const Objects&, const Vpc& vpc) {
  vpc_by_vni.erase(vpc.vni);
}

void Indexes::insert(const Objects&, const Subnet& subnet) {
  for (const auto& start : starts_of(subnet)) subnet_by_start.emplace(InVpc{subnet.vpc, start}, subnet.name);
}
void Indexes::erase(const Objects&, const Subnet& subnet) {
  for (const auto& start : starts_of(subnet)) subnet_by_start.erase({subnet.vpc, start});
}

void Indexes::insert(const Objects& objects, const Port& port) {
  const auto& vpc = vpc_of_subnet(objects, port.subnet);
  take_addresses(vpc, addresses_of(port), {TargetKind::kPort, port.name});
  port_by_vpc_mac.emplace(std::pair{vpc, port.mac}, port.name);
  port_by_device.emplace(device_key(port), port.name);
  if (port.nic == Nic::kPrimary) primary_by_instance.emplace(port.instance, port.name);
}
void Indexes::erase(const Objects& objects, const Port& port) {
  const auto& vpc = vpc_of_subnet(objects, port.subnet);
  free_addresses(vpc, addresses_of(port));
  port_by_vpc_mac.erase({vpc, port.mac});
  port_by_device.erase(device_key(port));
  if (port.nic == Nic::kPrimary) primary_by_instance.erase(port.instance);
}

void Indexes::insert(const Objects& objects, const Havip& havip) {
  take_addresses(vpc_of_subnet(objects, havip.subnet), addresses_of(havip), {TargetKind::kHavip, havip.name});
  if (havip.ipv6) havip_by_subnet_mac.emplace(std::pair{havip.subnet, stable_mac(*havip.ipv6)}, havip.name);
  ++havip_count_by_subnet[havip.subnet];
  for (const auto& port : havip.ports) port_havips.emplace(port, havip.name);
}
void Indexes::erase(const Objects& objects, const Havip& havip) {
  free_addresses(vpc_of_subnet(objects, havip.subnet), addresses_of(havip));
  if (havip.ipv6) havip_by_subnet_mac.erase({havip.subnet, stable_mac(*havip.ipv6)});
  const auto count = havip_count_by_subnet.find(havip.subnet);
  if (--count->second == 0) havip_count_by_subnet.erase(count);
  for (const auto& port : havip.ports) port_havips.erase({port, havip.name});
}

void Indexes::insert(const Objects& objects, const Eip& eip) {
  eip_by_address.emplace(eip.address, eip.name);
  if (!eip.target) return;
  eip_by_target.emplace(std::tuple{eip.target->kind, eip.target->name, family_of(eip.address)}, eip.name);
  eip_by_vpc_address.emplace(InVpc{vpc_of(objects, *eip.target), eip.address}, eip.name);
}
void Indexes::erase(const Objects& objects, const Eip& eip) {
  eip_by_address.erase(eip.address);
  if (!eip.target) return;
  eip_by_target.erase({eip.target->kind, eip.target->name, family_of(eip.address)});
  eip_by_vpc_address.erase({vpc_of(objects, *eip.target), eip.address});
}

void Indexes::insert(const Objects&, const Route& route) {
  ++route_count_by_vpc[route.vpc];
  if (const auto hop = route.via.target()) routes_by_next_hop.emplace(hop->kind, hop->name, key_of(route));
}
void Indexes::erase(const Objects&, const Route& route) {
  const auto count = route_count_by_vpc.find(route.vpc);
  if (--count->second == 0) route_count_by_vpc.erase(count);
  if (const auto hop = route.via.target()) routes_by_next_hop.erase({hop->kind, hop->name, key_of(route)});
}

void Indexes::insert(const Objects&, const Uplink& uplink) {
  port_by_device.emplace(device_key(uplink), kUplinkName);
}
void Indexes::erase(const Objects&, const Uplink& uplink) {
  port_by_device.erase(device_key(uplink));
}

void Indexes::take_addresses(const std::string& vpc, const std::vector<IpAddress>& addresses,
                             const EipTarget& holder) {
  for (const auto& address : addresses) {
    [[maybe_unused]] const auto inserted = holder_by_address.emplace(InVpc{vpc, address}, holder).second;
    assert(inserted);
    auto& taken = taken_addresses[vpc];
    std::visit([&](const auto& held) { runs_of(taken, held).insert(held); }, address);
  }
}

void Indexes::free_addresses(const std::string& vpc, const std::vector<IpAddress>& addresses) {
  for (const auto& address : addresses) {
    holder_by_address.erase({vpc, address});
    const auto taken = taken_addresses.find(vpc);
    std::visit([&](const auto& held) { runs_of(taken->second, held).erase(held); }, address);
    if (taken->second.empty()) taken_addresses.erase(taken);
  }
}

}  // namespace vipswitch::model
