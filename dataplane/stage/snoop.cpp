#include "dataplane/stage/snoop.h"

#include "dataplane/nd_view.h"
#include "dataplane/owner_claim.h"
#include "dataplane/stage/snoop_arp.h"
#include "dataplane/stage/snoop_nd.h"
#include "dataplane/stage/snoop_vrrp.h"

namespace vipswitch::stage {
namespace {

// A claim inside a VLAN is no claim (owner learning 2, L2): ordinary traffic, but worth counting.
bool is_claim_in_vlan(const Packet& packet) noexcept {
  const std::uint16_t type = packet.ethernet().type.get().host();
  if (packet.kind != PacketKind::kOther || (type != wire::kEtherVlan && type != wire::kEtherQinq))
    return false;
  const auto* tag = packet.view().header_at<wire::VlanTag>(packet.l3_offset);
  if (tag == nullptr) return false;
  const std::size_t behind = packet.l3_offset + sizeof(wire::VlanTag);
  switch (tag->type.get().host()) {
    case wire::kEtherArp:
      return true;
    case wire::kEtherIpv4: {
      const auto* ip = packet.view().header_at<wire::Ipv4Header>(behind);
      return ip != nullptr && ip->protocol == wire::kProtoVrrp;
    }
    case wire::kEtherIpv6: {
      const auto* ip = packet.view().header_at<wire::Ipv6Header>(behind);
      if (ip == nullptr) return false;
      if (ip->next_header == wire::kProtoVrrp) return true;
      const auto* type6 = packet.view().header_at<wire::Field<std::uint8_t>>(behind + sizeof *ip);
      return ip->next_header == wire::kProtoIcmp6 && type6 != nullptr &&
             type6->get() == wire::kIcmp6NeighbourAdvertisement;
    }
    default:
      return false;
  }
}

bool may_be_vrrp(const Packet& packet) noexcept {
  return packet.is_ip() && (packet.protocol == wire::kProtoVrrp ||
                            (packet.protocol == wire::kProtoAh && packet.kind == PacketKind::kIpv4));
}

bool is_rarp(const Packet& packet) noexcept {
  return packet.kind == PacketKind::kOther && packet.ethernet().type.get().host() == wire::kEtherRarp;
}

// Data from a HAVIP whose owner nobody knows hints at it (owner learning 2.4). Guard has seen that there is
// some; by now another packet of the burst may have claimed the address.
template <class Address>
void take_hint(WorkerState& worker, const Batch& batch, const Packet& packet) noexcept {
  if (hints_at_owner<Address>(worker, *batch.ingress, packet))
    claim_by_hint(worker, batch, batch.ingress->of<Address>()[packet.source_index].havip);
}

void snoop_other(WorkerState& worker, const Batch& batch, const Packet& packet) noexcept {
  if (!batch.ingress->has_havips()) return;
  if (packet.kind == PacketKind::kOther) {
    if (is_claim_in_vlan(packet)) worker.count(LearnCounter::vlan_mismatch);
    if (is_rarp(packet)) worker.count(LearnCounter::rx_rarp);
  } else if (batch.seeks_owner) {
    if (packet.kind == PacketKind::kIpv4) return take_hint<Ipv4>(worker, batch, packet);
    take_hint<Ipv6>(worker, batch, packet);
  }
}

void snoop_vm_packet(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  if (packet.kind == PacketKind::kArp) {
    snoop_arp_of_vm(worker, batch, packet);
  } else if (is_nd(packet)) {
    snoop_nd_of_vm(worker, batch, packet);
  } else if (may_be_vrrp(packet)) {
    snoop_vrrp(worker, batch, packet);
  } else {
    snoop_other(worker, batch, packet);
  }
}

}  // namespace

void snoop(WorkerState& worker, Batch& batch) noexcept {
  const bool from_vm = batch.ingress->role == PortRole::kVm;
  const UplinkRow* uplink = worker.tables.uplink.load(std::memory_order_acquire);
  for (Packet& packet : batch) {
    if (!packet.is_pending()) continue;
    if (from_vm) {
      snoop_vm_packet(worker, batch, packet);
    } else if (packet.kind == PacketKind::kArp && uplink != nullptr) {
      snoop_arp_of_uplink(worker, *uplink, packet);
    } else if (is_nd(packet) && uplink != nullptr) {
      snoop_nd_of_uplink(worker, *uplink, packet);
    }
  }
}

}  // namespace vipswitch::stage
