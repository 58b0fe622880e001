#include "control/model/indexes.h"

#include <cassert>

namespace vipswitch::model {
namespace {

const std::string& vpc_of_subnet(const Objects& objects, const std::string& subnet) {
  return objects.subnets.find(subnet)->second.vpc;
}

}  // namespace

std::string_view device_name(std::string_view device) {
  return device.substr(0, device.find(','));
}

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
  subnet_by_start.emplace(InVpc{subnet.vpc, subnet.ipv4.first()}, subnet.name);
}
void Indexes::erase(const Objects&, const Subnet& subnet) {
  subnet_by_start.erase({subnet.vpc, subnet.ipv4.first()});
}

void Indexes::insert(const Objects& objects, const Port& port) {
  const auto& vpc = vpc_of_subnet(objects, port.subnet);
  take_address({vpc, port.ipv4}, {TargetKind::kPort, port.name});
  port_by_vpc_mac.emplace(std::pair{vpc, port.mac}, port.name);
  port_by_device.emplace(device_name(port.device), port.name);
  if (port.nic == Nic::kPrimary) primary_by_instance.emplace(port.instance, port.name);
}
void Indexes::erase(const Objects& objects, const Port& port) {
  const auto& vpc = vpc_of_subnet(objects, port.subnet);
  free_address({vpc, port.ipv4});
  port_by_vpc_mac.erase({vpc, port.mac});
  port_by_device.erase(std::string(device_name(port.device)));
  if (port.nic == Nic::kPrimary) primary_by_instance.erase(port.instance);
}

void Indexes::insert(const Objects& objects, const Havip& havip) {
  take_address({vpc_of_subnet(objects, havip.subnet), havip.ipv4}, {TargetKind::kHavip, havip.name});
  ++havip_count_by_subnet[havip.subnet];
  for (const auto& port : havip.ports) port_havips.emplace(port, havip.name);
}
void Indexes::erase(const Objects& objects, const Havip& havip) {
  free_address({vpc_of_subnet(objects, havip.subnet), havip.ipv4});
  const auto count = havip_count_by_subnet.find(havip.subnet);
  if (--count->second == 0) havip_count_by_subnet.erase(count);
  for (const auto& port : havip.ports) port_havips.erase({port, havip.name});
}

void Indexes::insert(const Objects& objects, const Eip& eip) {
  eip_by_address.emplace(eip.ipv4, eip.name);
  if (!eip.target) return;
  eip_by_target.emplace(std::pair{eip.target->kind, eip.target->name}, eip.name);
  eip_by_vpc_address.emplace(InVpc{vpc_of(objects, *eip.target), eip.ipv4}, eip.name);
}
void Indexes::erase(const Objects& objects, const Eip& eip) {
  eip_by_address.erase(eip.ipv4);
  if (!eip.target) return;
  eip_by_target.erase({eip.target->kind, eip.target->name});
  eip_by_vpc_address.erase({vpc_of(objects, *eip.target), eip.ipv4});
}

void Indexes::insert(const Objects&, const Uplink& uplink) {
  port_by_device.emplace(device_name(uplink.device), kUplinkName);
}
void Indexes::erase(const Objects&, const Uplink& uplink) {
  port_by_device.erase(std::string(device_name(uplink.device)));
}

void Indexes::take_address(const InVpc& address, EipTarget holder) {
  [[maybe_unused]] const auto inserted = holder_by_address.emplace(address, std::move(holder)).second;
  assert(inserted);
  taken_addresses[address.first].insert(address.second);
}

void Indexes::free_address(const InVpc& address) {
  holder_by_address.erase(address);
  const auto taken = taken_addresses.find(address.first);
  taken->second.erase(address.second);
  if (taken->second.empty()) taken_addresses.erase(taken);
}

}  // namespace vipswitch::model
