// TablePublisher, step "link": ids for what comes, links between objects, and what must be built and inserted
// later. Changes come in order of name and mostly get ids in order, so their places are looked for at the end
// first.

#include <algorithm>
#include <type_traits>
#include <utility>

#include "control/model/families.h"
#include "control/publish/publish_batch.h"
#include "control/publish/table_publisher.h"

namespace vipswitch {
namespace {

static_assert(model::kMaxHavipPorts <= owner::Members::kMost);

// The entry of the name, and whether it is new.
template <class T>
std::pair<T*, bool> entry_of(Entries<T>& entries, const std::string& name) {
  const auto count = entries.size();
  const auto entry = entries.try_emplace(entries.end(), name);
  return {&entry->second, entries.size() > count};
}

}  // namespace

void TablePublisher::link(const model::ChangeSet& changes, Batch& batch) {
  if (changes.learn) registry_.learn = *changes.learn->after;  // new slots are opened by it
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
  relink_eips(batch);
  for (const auto& change : changes.routes) {
    if (change.after) link_route(*change.after, batch);
  }
}

void TablePublisher::link_uplink(const model::Uplink& uplink, Batch& batch) {
  if (!registry_.uplink) {
    const PortId id(port_ids_.allocate());
    auto& [filter, device] = batch.uplink_opened;
    const std::uint16_t mtu = std::min(uplink.mtu, device->mtu());
    registry_.uplink = UplinkEntry{id, uplink, mtu};
    attachments_.attach(id, PortRole::kUplink, std::move(device), mtu, filter);
    uplink_filter_ = std::move(filter);
  }
  registry_.uplink->spec = uplink;
  batch.uplink = true;
}

void TablePublisher::link_vpc(const model::Vpc& vpc, Batch& batch) {
  const auto [entry, is_new] = registry_.vpcs.try_emplace(vpc.name);
  if (is_new) entry->second.id = VpcId(vpc_ids_.allocate());
  entry->second.spec = vpc;
  batch.vpcs.insert(vpc.name);
  // Subnets tell the MTU, ports hold to it.
  for (const auto& name : entry->second.subnets) {
    const SubnetEntry& subnet = registry_.subnets.find(name)->second;
    batch.subnets.insert(name);
    batch.ports.insert(subnet.ports.begin(), subnet.ports.end());
  }
}

void TablePublisher::link_subnet(const model::Change<model::Subnet>& change, Batch& batch) {
  const model::Subnet& subnet = *change.after;
  const auto [entry, is_new] = registry_.subnets.try_emplace(subnet.name);
  if (is_new) entry->second.id = SubnetId(subnet_ids_.allocate());
  entry->second.spec = subnet;
  VpcEntry& vpc = registry_.vpcs.find(subnet.vpc)->second;
  vpc.subnets.insert(subnet.name);
  entry->second.vpc = &vpc;
  batch.vpcs.insert(subnet.vpc);
  batch.subnets.insert(subnet.name);
  // Ports carry their VPC.
  batch.ports.insert(entry->second.ports.begin(), entry->second.ports.end());
  const auto gateway = EndpointRef::gateway(entry->second.id);
  if (subnet.gateway) batch.new_keys.ipv4.emplace_back(EndpointKey(vpc.id, *subnet.gateway), gateway);
  if (subnet.gateway6) batch.new_keys.ipv6.emplace_back(EndpointKey(vpc.id, *subnet.gateway6), gateway);
}

void TablePublisher::link_port(const model::Change<model::Port>& change, Batch& batch) {
  const model::Port& port = *change.after;
  const auto [entry, is_new] = registry_.ports.try_emplace(port.name);
  if (is_new) {
    const PortId id(port_ids_.allocate());
    entry->second.id = id;
    registry_.port_names[id] = port.name;
    auto device = std::move(batch.devices.at(port.name));
    entry->second.mtu = device->mtu();
    attachments_.attach(id, PortRole::kVm, std::move(device), entry->second.mtu);
  }
  const model::Port before = std::exchange(entry->second.spec, port);
  if (before.rate_mbps != port.rate_mbps || before.burst_kb != port.burst_kb)
    replace_rate(entry->second.rate, port.rate_mbps, port.burst_kb);
  SubnetEntry& subnet = registry_.subnets.find(port.subnet)->second;
  subnet.ports.insert(port.name);
  batch.subnets.insert(port.subnet);
  batch.ports.insert(port.name);
  const VpcId vpc = subnet.vpc->id;
  const EndpointRef endpoint(entry->second.id);
  if (port.ipv4) batch.new_keys.ipv4.emplace_back(EndpointKey(vpc, *port.ipv4), endpoint);
  if (port.ipv6) batch.new_keys.ipv6.emplace_back(EndpointKey(vpc, *port.ipv6), endpoint);
  batch.new_keys.macs.emplace_back(MacKey(subnet.id, port.mac), endpoint);
  if (!change.before) return;
  const bool has_new_address = change.before->ipv4 != port.ipv4 || change.before->ipv6 != port.ipv6;
  const bool may_have_new_vpc =
      change.before->subnet != port.subnet || batch.moved_subnets.contains(port.subnet);
  if (has_new_address || may_have_new_vpc) batch.moved_targets.insert({model::TargetKind::kPort, port.name});
  if (has_new_address && entry->second.spoken) renew_spoken(entry->second);
}

// Also those that stay as they are, if their target means another address, slot or VPC now.
void TablePublisher::relink_eips(Batch& batch) {
  if (batch.moved_targets.empty()) return;
  const std::set<const EipEntry*> linked(batch.eips.begin(), batch.eips.end());
  for (auto& [name, eip] : registry_.eips) {
    if (!eip.spec.target || !batch.moved_targets.contains(*eip.spec.target)) continue;
    set_target_eip(eip, batch);
    if (!linked.contains(&eip)) batch.eips.push_back(&eip);
  }
}

void TablePublisher::link_havip(const model::Change<model::Havip>& change, Batch& batch) {
  const model::Havip& havip = *change.after;
  const auto [entry, is_new] = entry_of(registry_.havips, havip.name);
  HavipEntry& linked = *entry;
  const SubnetEntry& subnet = registry_.subnets.find(havip.subnet)->second;
  linked.subnet = &subnet;
  if (is_new) {
    linked.spec = havip;
    linked.spec.ports.clear();
  }
  const bool has_new_ipv4 = link_slot<Ipv4>(havip, subnet, linked, batch);
  const bool has_new_ipv6 = link_slot<Ipv6>(havip, subnet, linked, batch);
  for (const auto& port : havip.ports) {
    const auto& bound = linked.spec.ports;
    if (std::find(bound.begin(), bound.end(), port) == bound.end())
      bind(linked, port, havip.ports.size(), batch);
  }
  linked.spec = havip;
  batch.havips.push_back(&linked);
  if (!has_new_ipv4 && !has_new_ipv6) return;
  // Routes and the sources of the ports lead to the slots.
  batch.vpcs.insert(subnet.spec.vpc);
  batch.ports.insert(havip.ports.begin(), havip.ports.end());
  if (change.before) batch.moved_targets.insert({model::TargetKind::kHavip, havip.name});
}

// True if the address has got a new slot.
template <class Address>
bool TablePublisher::link_slot(const model::Havip& havip, const SubnetEntry& subnet, HavipEntry& linked,
                               Batch& batch) {
  auto& slot = model::part_of<Address>(linked.slots);
  const auto& address = model::part_of<Address>(havip);
  if (slot || !address) return false;
  slot = HavipSlot{.id = HavipId(havip_ids_.allocate())};
  auto& holders = registry_.slot_holders;
  holders.insert_or_assign(holders.end(), slot->id,
                           SlotHolder{havip.name, model::FamilyOf<Address>::kFamily});
  const EndpointRef endpoint(slot->id);
  model::part_of<Address>(batch.new_keys).emplace_back(EndpointKey(subnet.vpc->id, *address), endpoint);
  // The MAC of an IPv4 address says itself which one it stands for.
  if constexpr (std::is_same_v<Address, Ipv6>)
    batch.new_keys.macs.emplace_back(MacKey(subnet.id, stable_mac(*address)), endpoint);
  return true;
}

// Which HAVIPs its adverts list is kept by their places among the port's, which are others now.
void TablePublisher::renew_spoken(PortEntry& port) {
  reclaimer_.retire_object(port.spoken.release());
  port.spoken = std::make_unique<SpokenGroups>();
}

void TablePublisher::bind(HavipEntry& havip, const std::string& port, std::size_t members, Batch& batch) {
  PortEntry& entry = registry_.ports.find(port)->second;
  entry.havips.push_back(havip.spec.name);
  renew_spoken(entry);
  batch.ports.insert(port);
  havip.for_each_slot([&](Family, const HavipSlot& slot) {
    // A new slot takes its members when it is opened.
    if (!slot.is_open) return;
    const bool is_down = !attachments_.device(entry.id)->is_link_up();
    post_election(slot.id, entry.id, Trigger::kBind, is_down, tables_.havips.room_for(slot.id, members));
  });
}

void TablePublisher::link_eip(const model::Eip& eip, Batch& batch) {
  EipEntry& entry = *entry_of(registry_.eips, eip.name).first;
  const model::Rates before = std::exchange(entry.spec, eip).rates;
  const auto& [in_mbps, out_mbps, burst_kb] = eip.rates;
  const bool has_new_burst = before.burst_kb != burst_kb;
  if (has_new_burst || before.in_mbps != in_mbps) replace_rate(entry.rate_in, in_mbps, burst_kb);
  if (has_new_burst || before.out_mbps != out_mbps) replace_rate(entry.rate_out, out_mbps, burst_kb);
  if (eip.target) set_target_eip(entry, batch);
  batch.eips.push_back(&entry);
}

void TablePublisher::replace_rate(std::unique_ptr<RateLimiter>& rate, std::optional<std::uint32_t> mbps,
                                  std::optional<std::uint32_t> burst_kb) {
  reclaimer_.retire_object(rate.release());
  if (mbps) {
    rate = std::make_unique<RateLimiter>(*mbps, model::burst_bytes(*mbps, burst_kb), host_.workers().size());
  }
}

void TablePublisher::link_route(const model::Route& route, Batch& batch) {
  registry_.vpcs.find(route.vpc)->second.routes[key_of(route)] = route;
  batch.vpcs.insert(route.vpc);
}

}  // namespace vipswitch
