#pragma once

// Checksums of transport protocols whose pseudo-header covers the IP addresses: where they lie, and their
// incremental update (RFC 1624).
//
//   TCP       RFC 9293 3.1       UDP       RFC 768, zero: none was computed
//   DCCP      RFC 4340 9.1       UDP-Lite  RFC 3828 3.1, never zero
//   ICMPv6    RFC 4443 2.3       not: ICMP, SCTP, GRE, ESP, AH and what is unknown

#include <array>
#include <cstddef>
#include <cstdint>

#include "dataplane/batch.h"
#include "vipswitch/checksum.h"

namespace vipswitch {

// From the beginning of the transport header; 0: the protocol has no such checksum.
constexpr std::uint8_t l4_checksum_field(PacketKind kind, std::uint8_t protocol) noexcept {
  switch (protocol) {
    case wire::kProtoTcp:
      return offsetof(wire::Tcp, checksum);
    case wire::kProtoUdp:
      return offsetof(wire::Udp, checksum);
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

// The same by protocol: a load, where the switch would be a branch for each that the traffic mixes.
template <PacketKind kKind>
inline constexpr auto kL4ChecksumFields = [] {
  std::array<std::uint8_t, 256> fields{};
  for (unsigned protocol = 0; protocol < fields.size(); ++protocol)
    fields[protocol] = l4_checksum_field(kKind, static_cast<std::uint8_t>(protocol));
  return fields;
}();

// The field's new value when the data or the addresses under it change by `delta`.
constexpr std::uint16_t updated_l4_checksum(std::uint8_t protocol, std::uint16_t before,
                                            std::uint16_t delta) noexcept {
  const bool is_udp = protocol == wire::kProtoUdp;
  if (before == 0 && is_udp) [[unlikely]]
    return 0;
  const std::uint16_t after = update_checksum(before, delta);
  if (after == 0 && (is_udp || protocol == wire::kProtoUdpLite)) [[unlikely]]
    return 0xffff;
  return after;
}

// Where the checksum of a packet of this kind lies that an address rewrite must touch; 0: there is none to
// touch. kMissing: the protocol has one, but the first fragment or the packet ends before it.
inline constexpr std::uint16_t kMissing = 0xffff;

template <PacketKind kKind>
[[gnu::always_inline]] inline std::uint16_t l4_checksum_offset(const Packet& packet) noexcept {
  const std::size_t field = kL4ChecksumFields<kKind>[packet.protocol];
  if (field == 0 || packet.fragment == Fragment::kLater) [[unlikely]]
    return 0;
  const std::size_t offset = packet.l4_offset + field, end = offset + sizeof(std::uint16_t);
  if (end > packet.ip_end() || end > packet.size) [[unlikely]]
    return kMissing;
  return static_cast<std::uint16_t>(offset);
}
inline std::uint16_t l4_checksum_offset(const Packet& packet) noexcept {
  return packet.kind == PacketKind::kIpv4 ? l4_checksum_offset<PacketKind::kIpv4>(packet)
                                          : l4_checksum_offset<PacketKind::kIpv6>(packet);
}

// `offset` is that of l4_checksum_offset(), which has seen the field inside the packet; neither 0 nor
// kMissing.
inline void update_l4_checksum(const Packet& packet, std::uint16_t offset, std::uint16_t delta) noexcept {
  auto& field = packet.view().proven_header_at<wire::Field<std::uint16_t>>(offset);
  field = updated_l4_checksum(packet.protocol, field, delta);
}

}  // namespace vipswitch
