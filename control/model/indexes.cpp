#include "control/model/indexes.h"

#include <cassert>
#include <type_traits>
#include <variant>

#include "control/model/device.h"

namespace vipswitch::model {
namespace {

const std::string& vpc_of_subnet(const Objects& objects, const std::string& subnet) {
  return objects.subnets.find(subnet)->second.vpc;
}

template <class Address, class Member>
void take_address(VpcIndexes& vpc, const Member& member, TargetKind kind) {
  const auto& address = part_of<Address>(member);
  if (!address) return;
  auto& indexes = part_of<Address>(vpc);
  [[maybe_unused]] const auto inserted =
      indexes.holder_by_address.emplace(*address, EipTarget{kind, member.name}).second;
  assert(inserted);
  indexes.taken.insert(*address);
}
template <class Address, class Member>
void free_address(VpcIndexes& vpc, const Member& member) {
  const auto& address = part_of<Address>(member);
  if (!address) return;
  auto& indexes = part_of<Address>(vpc);
  indexes.holder_by_address.erase(*address);
  indexes.taken.erase(*address);
}

// Of a port or HAVIP.
template <class Member>
void take_addresses(VpcIndexes& vpc, const Member& member, TargetKind kind) {
  take_address<Ipv4>(vpc, member, kind);
  take_address<Ipv6>(vpc, member, kind);
}
template <class Member>
void free_addresses(VpcIndexes& vpc, const Member& member) {
  free_address<Ipv4>(vpc, member);
  free_address<Ipv6>(vpc, member);
}

// `visit` gets the EIP's index and its address, both of its family.
template <class Visit>
void visit_eips(VpcIndexes& vpc, const Eip& eip, Visit&& visit) {
  std::visit(
      [&](const auto& address) {
        visit(part_of<std::remove_cvref_t<decltype(address)>>(vpc).eip_by_address, address);
      },
      eip.address);
}

}  // namespace

const std::string& vpc_of(const Objects& objects, const EipTarget& target) {
  const auto& subnet = target.kind == TargetKind::kPort ? objects.ports.find(target.name)->second.subnet
                                                        : objects.havips.find(target.name)->second.subnet;
  return vpc_of_subnet(objects, subnet);
}

void Indexes::reserve(const Objects& coming) {
  eip_by_address.reserve(coming.eips.size());
}

void Indexes::insert(const Objects&, const Vpc& vpc) {
  vpc_by_vni.emplace(vpc.vni, vpc.name);
  vpcs.try_emplace(vpc.name);
}
void Indexes::erase(const Objects&, const Vpc& vpc) {
  vpc_by_vni.erase(vpc.vni);
  // One that is only changed keeps what it has.
  const auto at = vpcs.find(vpc.name);
  if (at->second.ipv4.empty() && at->second.ipv6.empty()) vpcs.erase(at);
}

void Indexes::insert(const Objects&, const Subnet& subnet) {
  VpcIndexes& vpc = vpcs.find(subnet.vpc)->second;
  if (subnet.ipv4) vpc.ipv4.subnet_by_start.emplace(subnet.ipv4->first(), subnet.name);
  if (subnet.ipv6) vpc.ipv6.subnet_by_start.emplace(subnet.ipv6->first(), subnet.name);
}
void Indexes::erase(const Objects&, const Subnet& subnet) {
  VpcIndexes& vpc = vpcs.find(subnet.vpc)->second;
  if (subnet.ipv4) vpc.ipv4.subnet_by_start.erase(subnet.ipv4->first());
  if (subnet.ipv6) vpc.ipv6.subnet_by_start.erase(subnet.ipv6->first());
}

void Indexes::insert(const Objects& objects, const Port& port) {
  const auto& vpc = vpc_of_subnet(objects, port.subnet);
  take_addresses(vpcs.find(vpc)->second, port, TargetKind::kPort);
  port_by_vpc_mac.emplace(std::pair{vpc, port.mac}, port.name);
  port_by_device.emplace(device_key(port), port.name);
  if (port.nic == Nic::kPrimary) primary_by_instance.emplace(port.instance, port.name);
}
void Indexes::erase(const Objects& objects, const Port& port) {
  const auto& vpc = vpc_of_subnet(objects, port.subnet);
  free_addresses(vpcs.find(vpc)->second, port);
  port_by_vpc_mac.erase({vpc, port.mac});
  port_by_device.erase(device_key(port));
  if (port.nic == Nic::kPrimary) primary_by_instance.erase(port.instance);
}

void Indexes::insert(const Objects& objects, const Havip& havip) {
  take_addresses(vpcs.find(vpc_of_subnet(objects, havip.subnet))->second, havip, TargetKind::kHavip);
  if (havip.ipv6) havip_by_subnet_mac.emplace(std::pair{havip.subnet, stable_mac(*havip.ipv6)}, havip.name);
  ++havip_count_by_subnet[havip.subnet];
  for (const auto& port : havip.ports) port_havips.emplace(port, havip.name);
}
void Indexes::erase(const Objects& objects, const Havip& havip) {
  free_addresses(vpcs.find(vpc_of_subnet(objects, havip.subnet))->second, havip);
  if (havip.ipv6) havip_by_subnet_mac.erase({havip.subnet, stable_mac(*havip.ipv6)});
  const auto count = havip_count_by_subnet.find(havip.subnet);
  if (--count->second == 0) havip_count_by_subnet.erase(count);
  for (const auto& port : havip.ports) port_havips.erase({port, havip.name});
}

void Indexes::insert(const Objects& objects, const Eip& eip) {
  eip_by_address.emplace(eip.address, eip.name);
  if (!eip.target) return;
  // Many come in order of their targets, too.
  eip_by_target.emplace_hint(eip_by_target.end(),
                             TargetOfFamily(eip.target->kind, eip.target->name, family_of(eip.address)),
                             eip.name);
  visit_eips(vpcs.find(vpc_of(objects, *eip.target))->second, eip,
             [&](auto& eips, const auto& address) { eips.emplace(address, eip.name); });
}
void Indexes::erase(const Objects& objects, const Eip& eip) {
  eip_by_address.erase(eip.address);
  if (!eip.target) return;
  eip_by_target.erase({eip.target->kind, eip.target->name, family_of(eip.address)});
  visit_eips(vpcs.find(vpc_of(objects, *eip.target))->second, eip,
             [](auto& eips, const auto& address) { eips.erase(address); });
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

}  // namespace vipswitch::model
