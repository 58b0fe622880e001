#pragma once

// Which packets are VRRP, for who lets them pass or not without reading them. IPv4 and IPv6, whatever
// extension headers stand before; inside an authentication header (owner learning 2.1) over IPv4 only, where
// keepalived has it. Of what is fragmented, every piece whose header says so.

#include "dataplane/batch.h"

namespace vipswitch {

inline bool is_vrrp(const Packet& packet) noexcept {
  if (!packet.is_ip()) return false;
  if (packet.protocol != wire::kProtoAh) return packet.protocol == wire::kProtoVrrp;
  if (packet.kind != PacketKind::kIpv4 || packet.fragment == Fragment::kLater) return false;
  const auto* next_header = packet.ip_view().header_at<wire::Field<std::uint8_t>>(packet.l4_offset);
  return next_header != nullptr && next_header->get() == wire::kProtoVrrp;
}

}  // namespace vipswitch
