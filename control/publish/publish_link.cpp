// TablePublisher, step "link": ids for what comes, links between objects, and what must be built and inserted
// later.

#include <algorithm>

#include "control/publish/publish_batch.h"
#include "control/publish/table_publisher.h"

namespace vipswitch {

void TablePublisher::link(const model::ChangeSet& changes, Batch& batch) {
  if (changes.uplink && changes.uplink->after) link_uplink(*changes.uplink->after, batch);
  for (const auto& change : changes.vpcs) {
    if (change.after) link_vpc(*change.after, batch);
  }
  for (const auto& change : changes.subnets) {
    if (change.after) link_subnet(change, batch);
  }
  for (const auto& change : changes.ports) {
    if (change.after) link_port(change, batch);
  }
  for (const auto& change : changes.havips) {
    if (change.after) link_havip(change, batch);
  }
  for (const auto& change : changes.eips) {
    if (change.after) link_eip(*change.after, batch);
  }
}

void TablePublisher::link_uplink(const model::Uplink& uplink, Batch& batch) {
  if (!registry_.uplink) {
    const PortId id(port_ids_.allocate());
    registry_.uplink = UplinkEntry{id, uplink};
    attachments_.attach(id, std::move(batch.uplink_device), uplink.mtu);
  }
  registry_.uplink->spec = uplink;
  batch.uplink = true;
}

void TablePublisher::link_vpc(const model::Vpc& vpc, Batch& batch) {
  const auto [entry, is_new] = registry_.vpcs.try_emplace(vpc.name);
  if (is_new) entry->second.id = VpcId(vpc_ids_.allocate());
  entry->second.spec = vpc;
  batch.vpcs.insert(vpc.name);
}

void TablePublisher::link_subnet(const model::Change<model::Subnet>& change, Batch& batch) {
  const model::Subnet& subnet = *change.after;
  const auto [entry, is_new] = registry_.subnets.try_emplace(subnet.name);
  if (is_new) entry->second.id = SubnetId(subnet_ids_.allocate());
  entry->second.spec = subnet;
  VpcEntry& vpc = registry_.vpcs.find(subnet.vpc)->second;
  vpc.subnets.insert(subnet.name);
  batch.vpcs.insert(subnet.vpc);
  batch.subnets.insert(subnet.name);
  // Ports carry their VPC.
  batch.ports.insert(entry->second.ports.begin(), entry->second.ports.end());
  batch.insert_keys.push_back([this, vpc_id = vpc.id, id = entry->second.id, gateway = subnet.gateway] {
    tables_.ipv4.endpoints.insert(EndpointKey(vpc_id, gateway), EndpointRef::gateway(id).raw());
  });
}

void TablePublisher::link_port(const model::Change<model::Port>& change, Batch& batch) {
  const model::Port& port = *change.after;
  const auto [entry, is_new] = registry_.ports.try_emplace(port.name);
  if (is_new) {
    const PortId id(port_ids_.allocate());
    entry->second.id = id;
    registry_.port_names[id] = port.name;
    auto device = std::move(batch.devices.at(port.name));
    const std::uint16_t mtu = device->mtu();
    attachments_.attach(id, std::move(device), mtu);
  }
  entry->second.spec = port;
  SubnetEntry& subnet = registry_.subnets.find(port.subnet)->second;
  subnet.ports.insert(port.name);
  batch.subnets.insert(port.subnet);
  batch.ports.insert(port.name);
  const VpcId vpc = registry_.vpcs.find(subnet.spec.vpc)->second.id;
  batch.insert_keys.push_back([this, vpc, subnet_id = subnet.id, id = entry->second.id, port] {
    tables_.ipv4.endpoints.insert(EndpointKey(vpc, port.ipv4), EndpointRef(id).raw());
    tables_.macs.insert(MacKey(subnet_id, port.mac), EndpointRef(id).raw());
  });
  if (change.before && change.before->ipv4 != port.ipv4) {
    relink_eips({model::TargetKind::kPort, port.name}, batch);
  }
}

// Those that stay as they are, but whose target means another address or slot now.
void TablePublisher::relink_eips(const model::EipTarget& target, Batch& batch) {
  for (const auto& [name, eip] : registry_.eips) {
    if (eip.spec.target != target) continue;
    set_target_eip(target, eip.spec.ipv4, batch);
    batch.eips.insert(name);
  }
}

void TablePublisher::link_havip(const model::Change<model::Havip>& change, Batch& batch) {
  const model::Havip& havip = *change.after;
  const auto [entry, is_new] = registry_.havips.try_emplace(havip.name);
  HavipEntry& linked = entry->second;
  if (is_new) {
    linked.id = HavipId(havip_ids_.allocate());
    linked.spec = havip;
    linked.spec.ports.clear();
    registry_.havip_names[linked.id] = havip.name;
    batch.new_havips.insert(havip.name);
    const SubnetEntry& subnet = registry_.subnets.find(havip.subnet)->second;
    const VpcId vpc = registry_.vpcs.find(subnet.spec.vpc)->second.id;
    batch.insert_keys.push_back([this, vpc, id = linked.id, address = havip.ipv4] {
      tables_.ipv4.endpoints.insert(EndpointKey(vpc, address), EndpointRef(id).raw());
    });
  }
  for (const auto& port : havip.ports) {
    const auto& bound = linked.spec.ports;
    if (std::find(bound.begin(), bound.end(), port) == bound.end()) bind(linked, port, batch);
  }
  linked.spec = havip;
  batch.havips.insert(havip.name);
  if (is_new && change.before) relink_eips({model::TargetKind::kHavip, havip.name}, batch);
}

void TablePublisher::bind(HavipEntry& havip, const std::string& port, Batch& batch) {
  PortEntry& entry = registry_.ports.find(port)->second;
  entry.havips.push_back(havip.spec.name);
  batch.ports.insert(port);
  // A new slot takes its members when it is opened.
  if (batch.new_havips.contains(havip.spec.name)) return;
  post_election(havip.id, entry.id, Trigger::kBind, !attachments_.device(entry.id)->is_link_up());
}

void TablePublisher::link_eip(const model::Eip& eip, Batch& batch) {
  registry_.eips[eip.name].spec = eip;
  if (eip.target) set_target_eip(*eip.target, eip.ipv4, batch);
  batch.eips.insert(eip.name);
}

}  // namespace vipswitch
