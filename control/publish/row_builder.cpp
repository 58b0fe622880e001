#include "control/publish/row_builder.h"

namespace vipswitch {
namespace {

PortSource<Ipv4> source_of(Ipv4 address, HavipId havip, const std::optional<Ipv4>& eip) {
  return {address, havip, eip ? AddressRewrite<Ipv4>::between(address, *eip) : AddressRewrite<Ipv4>{}};
}

VpcId vpc_of(const Registry& registry, const SubnetEntry& subnet) {
  return registry.vpcs.find(subnet.spec.vpc)->second.id;
}

}  // namespace

std::unique_ptr<VpcRow> build_vpc_row(const Registry& registry, const VpcEntry& vpc) {
  auto row = std::make_unique<VpcRow>();
  row->id = vpc.id;
  row->vni = vpc.spec.vni;
  for (const auto& name : vpc.subnets) row->prefixes.push_back(registry.subnets.find(name)->second.spec.ipv4);
  return row;
}

std::unique_ptr<SubnetRow> build_subnet_row(const Registry& registry, const SubnetEntry& subnet) {
  auto row = std::make_unique<SubnetRow>();
  row->id = subnet.id;
  row->vpc = vpc_of(registry, subnet);
  row->prefix = subnet.spec.ipv4;
  row->gateway = subnet.spec.gateway;
  for (const auto& name : subnet.ports) row->ports.push_back(registry.ports.find(name)->second.id);
  return row;
}

std::unique_ptr<PortRow> build_port_row(const Registry& registry, const PortEntry& port) {
  const SubnetEntry& subnet = registry.subnets.find(port.spec.subnet)->second;
  auto row = std::make_unique<PortRow>();
  row->id = port.id;
  row->role = PortRole::kVm;
  row->mac = port.spec.mac;
  row->vpc = vpc_of(registry, subnet);
  row->subnet = subnet.id;
  row->ipv4.add(source_of(port.spec.ipv4, HavipId(), port.eip));
  for (const auto& name : port.havips) {
    const HavipEntry& havip = registry.havips.find(name)->second;
    row->ipv4.add(source_of(havip.spec.ipv4, havip.id, havip.eip));
  }
  return row;
}

std::unique_ptr<PortRow> build_uplink_port_row(const UplinkEntry& uplink) {
  auto row = std::make_unique<PortRow>();
  row->id = uplink.id;
  row->role = PortRole::kUplink;
  row->mac = uplink.spec.mac;
  return row;
}

std::unique_ptr<HavipRow> build_havip_row(const Registry& registry, const HavipEntry& havip) {
  const SubnetEntry& subnet = registry.subnets.find(havip.spec.subnet)->second;
  auto row = std::make_unique<HavipRow>();
  row->id = havip.id;
  row->vpc = vpc_of(registry, subnet);
  row->subnet = subnet.id;
  row->address = havip.spec.ipv4;
  for (const auto& name : havip.spec.ports) row->ports.push_back(registry.ports.find(name)->second.id);
  return row;
}

std::unique_ptr<UplinkRow> build_uplink_row(const UplinkEntry& uplink, const Mac& gateway_mac) {
  auto row = std::make_unique<UplinkRow>();
  row->port = uplink.id;
  row->mac = uplink.spec.mac;
  row->ipv4.addresses = uplink.spec.addresses;
  row->ipv4.gateway = uplink.spec.gateway;
  row->ipv4.gateway_mac = gateway_mac;
  return row;
}

EipRow<Ipv4> build_eip_row(const Registry& registry, const model::Eip& eip) {
  EipRow<Ipv4> row{};
  row.address = eip.ipv4;
  if (!eip.target) return row;
  if (eip.target->kind == model::TargetKind::kHavip) {
    const HavipEntry& havip = registry.havips.find(eip.target->name)->second;
    row.inner = AddressRewrite<Ipv4>::between(eip.ipv4, havip.spec.ipv4);
    row.target = EndpointRef(havip.id);
  } else {
    const PortEntry& port = registry.ports.find(eip.target->name)->second;
    row.inner = AddressRewrite<Ipv4>::between(eip.ipv4, port.spec.ipv4);
    row.target = EndpointRef(port.id);
  }
  return row;
}

}  // namespace vipswitch
