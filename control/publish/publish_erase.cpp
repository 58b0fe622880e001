// TablePublisher, step "erase": keys that lead to what goes, and the links to it. Rows are left to the later
// steps.

#include <algorithm>
#include <type_traits>
#include <variant>

#include "control/model/families.h"
#include "control/publish/publish_batch.h"
#include "control/publish/table_publisher.h"

namespace vipswitch {

void TablePublisher::erase(const model::ChangeSet& changes, Batch& batch) {
  for (const auto& change : changes.routes) erase_route(change, batch);
  for (const auto& change : changes.eips) erase_eip(change, batch);
  for (const auto& change : changes.havips) erase_havip(change, batch);
  for (const auto& change : changes.ports) erase_port(change, batch);
  for (const auto& change : changes.subnets) erase_subnet(change, batch);
  for (const auto& change : changes.vpcs) erase_vpc(change);
  if (changes.uplink) erase_uplink(*changes.uplink);
}

void TablePublisher::erase_route(const model::Change<model::Route>& change, Batch& batch) {
  if (!is_removed(change)) return;
  registry_.vpcs.find(change.before->vpc)->second.routes.erase(key_of(*change.before));
  batch.vpcs.insert(change.before->vpc);
}

void TablePublisher::erase_eip(const model::Change<model::Eip>& change, Batch& batch) {
  if (!change.before) return;
  const IpAddress& before = change.before->address;
  if (change.before->target) forget_target_eip(*change.before->target, family_of(before), batch);
  const auto entry = registry_.eips.find(change.before->name);
  entry->second.spec.target.reset();  // relink_eips() is for those that stay as they are
  if (change.after && change.after->address == before) return;
  std::visit(
      [&](const auto& address) {
        auto& tables = model::part_of<Part<decltype(address)>>(tables_);
        if (const auto row = tables.eips.erase(address))
          model::part_of<Part<decltype(address)>>(batch.retired_eips).push_back(*row);
        tables.eip_filter.remove(address);
      },
      before);
  reclaimer_.retire_object(entry->second.rate_in.release());
  reclaimer_.retire_object(entry->second.rate_out.release());
  registry_.eips.erase(entry);
}

void TablePublisher::erase_havip(const model::Change<model::Havip>& change, Batch& batch) {
  if (!change.before) return;
  const bool stays = stays_in_subnet(change, batch.moved_subnets);
  const auto entry = registry_.havips.find(change.before->name);
  HavipEntry& havip = entry->second;
  erase_slot<Ipv4>(change, havip, batch);
  erase_slot<Ipv6>(change, havip, batch);
  for (const auto& port : change.before->ports) {
    const auto& still = change.after ? change.after->ports : std::vector<std::string>{};
    if (stays && std::find(still.begin(), still.end(), port) != still.end()) continue;
    const PortId id = unlink(havip, port, batch);
    // A slot that goes needs no election any more.
    havip.for_each_slot([&](Family, const HavipSlot& slot) { post_election(slot.id, id, Trigger::kUnbind); });
  }
  if (!stays) registry_.havips.erase(entry);
}

template <class Address>
void TablePublisher::erase_slot(const model::Change<model::Havip>& change, HavipEntry& havip, Batch& batch) {
  auto& slot = model::part_of<Address>(havip.slots);
  if (!slot || keeps_address(change, model::FamilyOf<Address>::kFamily, batch.moved_subnets)) return;
  const SubnetEntry& subnet = registry_.subnets.find(havip.spec.subnet)->second;
  const VpcId vpc = subnet.vpc->id;
  const Address address = *model::part_of<Address>(havip.spec);
  erase_key(model::part_of<Address>(tables_).endpoints, EndpointKey(vpc, address));
  if constexpr (std::is_same_v<Address, Ipv6>)
    erase_key(tables_.macs, MacKey(subnet.id, stable_mac(address)));
  reclaimer_.retire_object(tables_.havips.warm(slot->id).row.exchange(nullptr, std::memory_order_acq_rel));
  reclaimer_.retire([this, id = slot->id] {
    tables_.havips.close(id);
    havip_ids_.free(id.value());
  });
  registry_.slot_holders.erase(slot->id);
  slot.reset();
  batch.ports.insert(havip.spec.ports.begin(), havip.spec.ports.end());
}

void TablePublisher::erase_port(const model::Change<model::Port>& change, Batch& batch) {
  if (!change.before) return;
  const model::Port& before = *change.before;
  const auto entry = registry_.ports.find(before.name);
  const PortId id = entry->second.id;
  SubnetEntry& subnet = registry_.subnets.find(before.subnet)->second;
  const VpcId vpc = subnet.vpc->id;

  const bool moves = !change.after || change.after->subnet != before.subnet;
  if (before.ipv4 && !keeps_address(change, Family::kIpv4, batch.moved_subnets))
    erase_key(tables_.ipv4.endpoints, EndpointKey(vpc, *before.ipv4));
  if (before.ipv6 && !keeps_address(change, Family::kIpv6, batch.moved_subnets))
    erase_key(tables_.ipv6.endpoints, EndpointKey(vpc, *before.ipv6));
  if (moves || change.after->mac != before.mac) erase_key(tables_.macs, MacKey(subnet.id, before.mac));
  if (moves) {
    subnet.ports.erase(before.name);
    batch.subnets.insert(before.subnet);
  }
  if (change.after) return;

  batch.ports.erase(before.name);
  attachments_.detach(id);
  reclaimer_.retire_object(tables_.ports.replace(id, nullptr));
  reclaimer_.retire([this, id] { port_ids_.free(id.value()); });
  reclaimer_.retire_object(entry->second.rate.release());
  reclaimer_.retire_object(entry->second.spoken.release());
  registry_.port_names.erase(id);
  registry_.ports.erase(entry);
}

void TablePublisher::erase_subnet(const model::Change<model::Subnet>& change, Batch& batch) {
  if (!change.before) return;
  const model::Subnet& before = *change.before;
  const auto entry = registry_.subnets.find(before.name);
  VpcEntry& vpc = registry_.vpcs.find(before.vpc)->second;
  const bool moves = !change.after || change.after->vpc != before.vpc;
  if (before.gateway && (moves || change.after->gateway != before.gateway))
    erase_key(tables_.ipv4.endpoints, EndpointKey(vpc.id, *before.gateway));
  if (before.gateway6 && (moves || change.after->gateway6 != before.gateway6))
    erase_key(tables_.ipv6.endpoints, EndpointKey(vpc.id, *before.gateway6));
  if (moves) {
    vpc.subnets.erase(before.name);
    batch.vpcs.insert(before.vpc);
  }
  if (change.after) return;

  batch.subnets.erase(before.name);
  const SubnetId id = entry->second.id;
  reclaimer_.retire_object(tables_.subnets.replace(id, nullptr));
  reclaimer_.retire([this, id] { subnet_ids_.free(id.value()); });
  reclaimer_.retire_object(entry->second.groups.release());
  registry_.subnets.erase(entry);
}

void TablePublisher::erase_vpc(const model::Change<model::Vpc>& change) {
  if (!is_removed(change)) return;
  const auto entry = registry_.vpcs.find(change.before->name);
  const VpcId id = entry->second.id;
  reclaimer_.retire_object(tables_.vpcs.replace(id, nullptr));
  reclaimer_.retire([this, id] { vpc_ids_.free(id.value()); });
  registry_.vpcs.erase(entry);
}

void TablePublisher::erase_uplink(const model::Change<model::Uplink>& change) {
  if (!is_removed(change)) return;
  const PortId id = registry_.uplink->id;
  reclaimer_.retire_object(tables_.uplink.exchange(nullptr, std::memory_order_acq_rel));
  uplink_filter_.reset();
  attachments_.detach(id);
  reclaimer_.retire_object(tables_.ports.replace(id, nullptr));
  reclaimer_.retire([this, id] { port_ids_.free(id.value()); });
  registry_.uplink.reset();
}

// Null if the target is gone already; the ports that send from it are to be built anew.
MemberEips* TablePublisher::eips_of(const model::EipTarget& target, Batch& batch) {
  if (target.kind == model::TargetKind::kPort) {
    const auto port = registry_.ports.find(target.name);
    if (port == registry_.ports.end()) return nullptr;
    batch.ports.insert(target.name);
    return &port->second.eips;
  }
  const auto havip = registry_.havips.find(target.name);
  if (havip == registry_.havips.end()) return nullptr;
  batch.ports.insert(havip->second.spec.ports.begin(), havip->second.spec.ports.end());
  return &havip->second.eips;
}

void TablePublisher::set_target_eip(const EipEntry& eip, Batch& batch) {
  MemberEips* eips = eips_of(*eip.spec.target, batch);
  if (eips == nullptr) return;
  const auto set = [&](const auto& address) {
    using Address = Part<decltype(address)>;
    model::part_of<Address>(*eips) = MemberEip<Address>{address, eip.rate_out.get()};
  };
  std::visit(set, eip.spec.address);
}

void TablePublisher::forget_target_eip(const model::EipTarget& target, Family family, Batch& batch) {
  MemberEips* eips = eips_of(target, batch);
  if (eips == nullptr) return;
  if (family == Family::kIpv6) {
    eips->ipv6.reset();
  } else {
    eips->ipv4.reset();
  }
}

PortId TablePublisher::unlink(HavipEntry& havip, const std::string& port, Batch& batch) {
  std::erase(havip.spec.ports, port);
  PortEntry& entry = registry_.ports.find(port)->second;
  std::erase(entry.havips, havip.spec.name);
  if (entry.spoken) renew_spoken(entry);
  batch.ports.insert(port);
  return entry.id;
}

void TablePublisher::post_election(HavipId havip, PortId port, Trigger trigger, bool is_down,
                                   owner::Members::Room* room) {
  Message message{};
  message.kind = Message::Kind::kElection;
  message.trigger = trigger;
  message.is_down = is_down;
  message.havip = havip;
  message.port = port;
  message.room = room;
  // check() has made sure of the room; for a link change a full mailbox means that the port is judged by its
  // adverts.
  host_.home_of(havip).post(message);
}

void TablePublisher::post_link_change(PortId port, Trigger trigger) {
  const auto name = registry_.port_names.find(port);
  if (name == registry_.port_names.end()) return;
  for (const auto& havip : registry_.ports.find(name->second)->second.havips) {
    registry_.havips.find(havip)->second.for_each_slot(
        [&](Family, const HavipSlot& slot) { post_election(slot.id, port, trigger); });
  }
}

}  // namespace vipswitch
