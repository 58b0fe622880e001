#include "dataplane/stage/snoop.h"

#include "dataplane/nd_view.h"
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
  if (tag->type.get().host() == wire::kEtherArp) return true;
  const auto* ip = packet.view().header_at<wire::Ipv4Header>(packet.l3_offset + sizeof(wire::VlanTag));
  return tag->type.get().host() == wire::kEtherIpv4 && ip != nullptr && ip->protocol == wire::kProtoVrrp;
}

void snoop_vm_packet(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  if (packet.kind == PacketKind::kArp) {
    snoop_arp_of_vm(worker, batch, packet);
  } else if (is_nd(packet)) {
    snoop_nd_of_vm(worker, batch, packet);
  } else if (packet.kind == PacketKind::kIpv4 &&
             (packet.protocol == wire::kProtoVrrp || packet.protocol == wire::kProtoAh)) {
    snoop_vrrp(worker, batch, packet);
  } else if (packet.kind == PacketKind::kIpv6 && packet.protocol == wire::kProtoVrrp) {
    packet.is_claim =
        batch.ingress->ipv6.has_havips();  // of which nothing is learned, but its peers must hear it
  } else if (batch.ingress->has_havips() && is_claim_in_vlan(packet)) {
    worker.count(LearnCounter::vlan_mismatch);
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
