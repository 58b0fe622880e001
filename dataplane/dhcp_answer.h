#pragma once

// The switch as DHCPv4 server of a subnet (RFC 2131): every VM port has one address, which is configuration,
// so there is no pool, no lease to remember and nothing to expire; the lease time only makes clients ask
// again. Who asks for another address than the port's is refused. The answer stands in the place of the
// packet that asked.
//
// Called for what a VM floods and for what it sends to a gateway: packets that are forwarded never come here.
//
// Drops: dhcp_bad, dhcp_relayed, dhcp_foreign_client, no_mbuf. Counts: dhcp_*. The UDP checksum is not
// verified: a guest's offload may have left it partial.

#include "dataplane/dhcp_wire.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

// Whether the packet is a whole UDP datagram to the servers' port.
inline bool is_to_dhcp_server(const Packet& packet) noexcept {
  if (packet.kind != PacketKind::kIpv4 || packet.protocol != wire::kProtoUdp ||
      packet.fragment != Fragment::kWhole) {
    return false;
  }
  const auto* udp = packet.ip_view().header_at<wire::Udp>(packet.l4_offset);
  return udp != nullptr && udp->destination_port.get().host() == wire::kDhcpServerPort;
}

// For a packet of a VM port that is_to_dhcp_server(). False, and nothing changed, if the switch is no DHCP
// server for the port: its subnet has DHCP off, or the port no IPv4 address. Otherwise the packet has a
// verdict.
bool serve_dhcp(WorkerState& worker, const PortRow& port, Packet& packet) noexcept;

}  // namespace vipswitch
