// TablePublisher, steps "rows" and "insert": everything that depends on a change, built anew and swapped in,
// and the keys that lead to what came.

#include <variant>

#include "control/model/families.h"
#include "control/publish/publish_batch.h"
#include "control/publish/row_builder.h"
#include "control/publish/table_publisher.h"

namespace vipswitch {

void TablePublisher::publish_rows(Batch& batch) {
  for (const auto& name : batch.subnets) {
    const SubnetEntry& subnet = registry_.subnets.find(name)->second;
    reclaimer_.retire_object(
        tables_.subnets.replace(subnet.id, build_subnet_row(registry_, subnet).release()));
  }
  for (HavipEntry* havip : batch.havips) {
    for (const auto family : kFamilies) {
      if (auto& slot = havip->slots.of(family)) publish_havip_row(*havip, family, *slot);
    }
  }
  for (const auto& name : batch.ports) {
    const PortEntry& port = registry_.ports.find(name)->second;
    auto row = build_port_row(registry_, port);
    reclaimer_.retire_object(tables_.ports.replace(port.id, row.release()));
  }
  // Routes lead to ports and HAVIPs.
  for (const auto& name : batch.vpcs) {
    const auto vpc = registry_.vpcs.find(name);
    if (vpc == registry_.vpcs.end()) continue;
    auto row = build_vpc_row(registry_, vpc->second);
    reclaimer_.retire_object(tables_.vpcs.replace(vpc->second.id, row.release()));
  }
  for (const EipEntry* eip : batch.eips) publish_eip(*eip, batch);
  if (batch.uplink) publish_uplink();
}

void TablePublisher::publish_havip_row(const HavipEntry& havip, Family family, HavipSlot& slot) {
  auto row = build_havip_row(registry_, havip, family);
  if (slot.is_open) {
    reclaimer_.retire_object(
        tables_.havips.warm(slot.id).row.exchange(row.release(), std::memory_order_acq_rel));
    return;
  }
  owner::StandaloneElection election;
  for (const PortId port : row->ports) {
    const bool is_up = attachments_.device(port)->is_link_up();
    election.bind(port, is_up ? owner::LinkState::kUp : owner::LinkState::kDown, host_.now_ms());
  }
  slot.steering = {mode_of(havip.spec), PortId(), havip.spec.handover};
  tables_.havips.open(slot.id, row.release(), election, slot.steering, host_.now_ms());
  slot.is_open = true;
}

// A row leads to its target at once, which is why rows of EIPs are the last.
void TablePublisher::publish_eip(const EipEntry& eip, Batch& batch) {
  const auto publish = [&](const auto& address) {
    using Address = Part<decltype(address)>;
    auto& tables = model::part_of<Address>(tables_);
    while (tables.eips.free_rows() == 0) await_eip_rows(batch);
    if (tables.eips.lookup(address) == nullptr) tables.eip_filter.add(address);  // before workers find it
    const auto replaced = tables.eips.put(build_eip_row(registry_, eip, address));
    if (replaced) model::part_of<Address>(batch.retired_eips).push_back(*replaced);
  };
  std::visit(publish, eip.spec.address);
}

void TablePublisher::insert_keys(const Batch& batch) {
  const auto insert = [](auto& table, const auto& keys) {
    for (const auto& [key, to] : keys) table.insert(key, to.raw());
  };
  insert(tables_.ipv4.endpoints, batch.new_keys.ipv4);
  insert(tables_.ipv6.endpoints, batch.new_keys.ipv6);
  insert(tables_.macs, batch.new_keys.macs);
}

// Waits for the workers, which check_changes() has seen polling. What else the batch has retired must wait:
// it may hang on rows that are still to come.
void TablePublisher::await_eip_rows(Batch& batch) {
  host_.rcu().wait_for(host_.rcu().start());
  free_eip_rows(batch.retired_eips);
  batch.retired_eips = {};
  reclaimer_.poll();
}

void TablePublisher::free_eip_rows(const RetiredEips& rows) {
  for (const auto row : rows.ipv4) tables_.ipv4.eips.free(row);
  for (const auto row : rows.ipv6) tables_.ipv6.eips.free(row);
}

void TablePublisher::publish_uplink() {
  const UplinkEntry& uplink = *registry_.uplink;
  reclaimer_.retire_object(tables_.ports.replace(uplink.id, build_uplink_port_row(uplink).release()));
  const UplinkRow* before = tables_.uplink.load(std::memory_order_relaxed);
  const auto mac_if_same = [&](const auto& side, const auto& gateway) {
    return gateway && side.gateway == *gateway ? side.gateway_mac : Mac();
  };
  if (before == nullptr) return publish_uplink_row({});
  publish_uplink_row(
      {mac_if_same(before->ipv4, uplink.spec.gateway), mac_if_same(before->ipv6, uplink.spec.gateway6)});
}

void TablePublisher::publish_uplink_row(const GatewayMacs& macs) {
  auto row = build_uplink_row(*registry_.uplink, macs);
  reclaimer_.retire_object(tables_.uplink.exchange(row.release(), std::memory_order_acq_rel));
}

TablePublisher::~TablePublisher() {
  for (const auto& entry : registry_.slot_holders)
    delete tables_.havips.warm(entry.first).row.exchange(nullptr);
  for (const auto& [name, port] : registry_.ports) delete tables_.ports.replace(port.id, nullptr);
  for (const auto& [name, subnet] : registry_.subnets) delete tables_.subnets.replace(subnet.id, nullptr);
  for (const auto& [name, vpc] : registry_.vpcs) delete tables_.vpcs.replace(vpc.id, nullptr);
  if (registry_.uplink) delete tables_.ports.replace(registry_.uplink->id, nullptr);
  delete tables_.uplink.exchange(nullptr);
  for (const auto& worker : host_.workers()) delete worker->replace_poll_list(nullptr);
}

bool TablePublisher::set_next_hop(const IpAddress& address, const Mac& mac) {
  const bool has_room = std::visit([&](const auto& held) { return set_next_hop_of(held, mac); }, address);
  reclaimer_.close_batch();
  return has_room;
}

template <class Address>
bool TablePublisher::set_next_hop_of(const Address& address, const Mac& mac) {
  auto& neighbours = model::part_of<Address>(tables_).neighbours;
  if (registry_.uplink && address == model::gateway_of<Address>(registry_.uplink->spec)) {
    const UplinkRow* before = tables_.uplink.load(std::memory_order_relaxed);
    GatewayMacs macs{before->ipv4.gateway_mac, before->ipv6.gateway_mac};
    model::part_of<Address>(macs) = mac;
    publish_uplink_row(macs);
  } else if (mac.is_zero()) {  // also once the uplink is gone
    erase_key(neighbours, address);
  } else if (registry_.uplink) {
    return neighbours.insert(address, mac_to_value(mac));
  }
  return true;
}

}  // namespace vipswitch
