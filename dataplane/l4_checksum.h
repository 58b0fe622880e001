#pragma once

// Checksums of transport protocols whose pseudo-header covers the IP addresses: where they lie, and their
// incremental update (RFC 1624).
//
//   TCP       RFC 9293 3.1       UDP       RFC 768, zero: none was computed
//   DCCP      RFC 4340 9.1       UDP-Lite  RFC 3828 3.1, never zero
//   ICMPv6    RFC 4443 2.3       not: ICMP, SCTP, GRE, ESP, AH and what is unknown

#include <cstddef>
#include <cstdint>

#include "dataplane/batch.h"
#include "vipswitch/checksum.h"

namespace vipswitch {

// From the beginning of the transport header; 0: the protocol has no such checksum.
constexpr std::size_t l4_checksum_field(PacketKind kind, std::uint8_t protocol) noexcept {
  // Tested before the rest, which a switch alone would make one jump through a table of.
  if (protocol == wire::kProtoTcp) return offsetof(wire::Tcp, checksum);
  if (protocol == wire::kProtoUdp) return offsetof(wire::Udp, checksum);
  switch (protocol) {
    case wire::kProtoDccp:
      return offsetof(wire::Dccp, checksum);
    case wire::kProtoUdpLite:
      return offsetof(wire::UdpLite, checksum);
    case wire::kProtoIcmp6:
      return kind == PacketKind::kIpv6 ? offsetof(wire::Icmp, checksum) : 0;
    default:
      return 0;
  }
}

// The field's new value when the data or the addresses under it change by `delta`.
constexpr std::uint16_t updated_l4_checksum(std::uint8_t protocol, std::uint16_t before,
                                            std::uint16_t delta) noexcept {
  const bool is_udp = protocol == wire::kProtoUdp;
  if (is_udp && before == 0) return 0;
  const std::uint16_t after = update_checksum(before, delta);
  const bool zero_means_none = is_udp || protocol == wire::kProtoUdpLite;
  return zero_means_none && after == 0 ? std::uint16_t{0xffff} : after;
}

// Where the checksum of a packet lies that an address rewrite must touch; 0: there is none to touch.
// kMissing: the protocol has one, but the first fragment or the packet ends before it.
inline constexpr std::uint16_t kMissing = 0xffff;

inline std::uint16_t l4_checksum_offset(const Packet& packet) noexcept {
  if (packet.fragment == Fragment::kLater) return 0;
  const std::size_t field = l4_checksum_field(packet.kind, packet.protocol);
  if (field == 0) return 0;
  const std::size_t offset = packet.l4_offset + field;
  return offset + sizeof(std::uint16_t) <= packet.ip_view().size() ? static_cast<std::uint16_t>(offset)
                                                                   : kMissing;
}

// `offset` is that of l4_checksum_offset(), neither 0 nor kMissing.
inline void update_l4_checksum(const Packet& packet, std::uint16_t offset, std::uint16_t delta) noexcept {
  auto& field = *packet.view().header_at<wire::Field<std::uint16_t>>(offset);
  field = updated_l4_checksum(packet.protocol, field, delta);
}

}  // namespace vipswitch
