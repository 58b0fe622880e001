// TablePublisher, step "rows": everything that depends on a change, built anew and swapped in.

#include "control/publish/publish_batch.h"
#include "control/publish/row_builder.h"
#include "control/publish/table_publisher.h"

namespace vipswitch {

void TablePublisher::publish_rows(Batch& batch) {
  for (const auto& name : batch.vpcs) {
    const auto vpc = registry_.vpcs.find(name);
    if (vpc == registry_.vpcs.end()) continue;
    auto row = build_vpc_row(registry_, vpc->second);
    reclaimer_.retire_object(tables_.vpcs.replace(vpc->second.id, row.release()));
  }
  for (const auto& name : batch.subnets) {
    const SubnetEntry& subnet = registry_.subnets.find(name)->second;
    reclaimer_.retire_object(
        tables_.subnets.replace(subnet.id, build_subnet_row(registry_, subnet).release()));
  }
  for (const auto& name : batch.havips) {
    const auto havip = registry_.havips.find(name);
    if (havip != registry_.havips.end()) publish_havip_row(havip->second, batch);
  }
  for (const auto& name : batch.ports) {
    const PortEntry& port = registry_.ports.find(name)->second;
    auto row = build_port_row(registry_, port);
    reclaimer_.retire_object(tables_.ports.replace(port.id, row.release()));
  }
  for (const auto& name : batch.eips) publish_eip(registry_.eips.find(name)->second, batch);
  if (batch.uplink) publish_uplink();
}

void TablePublisher::publish_havip_row(const HavipEntry& havip, Batch& batch) {
  auto row = build_havip_row(registry_, havip);
  if (!batch.new_havips.contains(havip.spec.name)) {
    reclaimer_.retire_object(
        tables_.havips.hot(havip.id).row.exchange(row.release(), std::memory_order_acq_rel));
    return;
  }
  owner::Election election;
  for (const PortId port : row->ports) {
    const bool is_up = attachments_.device(port)->is_link_up();
    election.bind(port, is_up ? owner::LinkState::kUp : owner::LinkState::kDown, host_.now_ms());
  }
  tables_.havips.open(havip.id, row.release(), election, mode_of(havip.spec));
}

void TablePublisher::publish_eip(EipEntry& eip, Batch& batch) {
  const bool had_row = eip.row != EipEntry::kNoRow;
  const std::uint32_t old_row = eip.row;
  eip.row = eip_rows_.allocate();
  tables_.ipv4.eip_rows[eip.row] = build_eip_row(registry_, eip.spec);
  if (had_row) {
    reclaimer_.retire([this, old_row] { eip_rows_.free(old_row); });
  }
  batch.insert_keys.push_back([this, address = eip.spec.ipv4, row = eip.row] {
    tables_.ipv4.eips.insert(AddressKey(address), AddressTables<Ipv4>::eip_value(tables_.ipv4.eip_rows[row]));
  });
}

void TablePublisher::publish_uplink() {
  const UplinkEntry& uplink = *registry_.uplink;
  reclaimer_.retire_object(tables_.ports.replace(uplink.id, build_uplink_port_row(uplink).release()));
  const UplinkRow* before = tables_.uplink.load(std::memory_order_relaxed);
  const bool same_gateway = before != nullptr && before->ipv4.gateway == uplink.spec.gateway;
  publish_uplink_row(same_gateway ? before->ipv4.gateway_mac : Mac());
}

void TablePublisher::publish_uplink_row(const Mac& gateway_mac) {
  auto row = build_uplink_row(*registry_.uplink, gateway_mac);
  reclaimer_.retire_object(tables_.uplink.exchange(row.release(), std::memory_order_acq_rel));
}

TablePublisher::~TablePublisher() {
  for (const auto& [name, havip] : registry_.havips)
    delete tables_.havips.hot(havip.id).row.exchange(nullptr);
  for (const auto& [name, port] : registry_.ports) delete tables_.ports.replace(port.id, nullptr);
  for (const auto& [name, subnet] : registry_.subnets) delete tables_.subnets.replace(subnet.id, nullptr);
  for (const auto& [name, vpc] : registry_.vpcs) delete tables_.vpcs.replace(vpc.id, nullptr);
  if (registry_.uplink) delete tables_.ports.replace(registry_.uplink->id, nullptr);
  delete tables_.uplink.exchange(nullptr);
  for (const auto& worker : host_.workers()) delete worker->replace_poll_list(nullptr);
}

void TablePublisher::set_next_hop(Ipv4 address, const Mac& mac) {
  if (registry_.uplink && address == registry_.uplink->spec.gateway) {
    publish_uplink_row(mac);
  } else if (mac.is_zero()) {  // also once the uplink is gone
    erase_key(tables_.ipv4.neighbours, AddressKey(address));
  } else if (registry_.uplink) {
    tables_.ipv4.neighbours.insert(AddressKey(address), mac_to_value(mac));
  }
  reclaimer_.close_batch();
}

}  // namespace vipswitch
