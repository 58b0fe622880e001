#pragma once

// The neighbour discovery message of a packet, for the stages that look at it.

#include "dataplane/batch.h"
#include "dataplane/ipv6_extensions.h"
#include "dataplane/owner/neighbour_discovery.h"

namespace vipswitch {

// 0, which is no type, if the packet is not ICMPv6 or does not hold it.
inline std::uint8_t icmp6_type(const Packet& packet) noexcept {
  if (packet.kind != PacketKind::kIpv6 || packet.protocol != wire::kProtoIcmp6 ||
      packet.fragment == Fragment::kLater) {
    return 0;
  }
  const auto* type = packet.ip_view().header_at<wire::Field<std::uint8_t>>(packet.l4_offset);
  return type != nullptr ? type->get() : std::uint8_t{0};
}

// Whether the packet is neighbour discovery, right or wrong; fragments of it too (RFC 6980 section 5).
inline bool is_nd(const Packet& packet) noexcept {
  return owner::is_nd_type(icmp6_type(packet));
}

// Whether there is a fragment header, also one of a packet that was not cut (RFC 6946).
inline bool has_fragment_header(const Packet& packet) noexcept {
  const std::size_t first = packet.l3_offset + sizeof(wire::Ipv6Header);
  if (packet.l4_offset == first) return false;
  Ipv6Walk walk{first, packet.ipv6().next_header};
  return walk_extensions(packet.ip_view(), packet.size, walk).has_value() || walk.has_fragment_header;
}

// kBad if it has a fragment header (RFC 6980 section 5), or does not lie in one piece.
inline owner::NdMessage nd_message(const Packet& packet) noexcept {
  const std::size_t size = packet.l4_size();
  const auto bytes = packet.ip_view().bytes(packet.l4_offset, size);
  if (bytes.size() != size || has_fragment_header(packet)) return {};
  const wire::Ipv6Header& ip = packet.ipv6();
  return owner::parse_nd({ip.source, ip.destination, ip.hop_limit, bytes});
}

}  // namespace vipswitch
