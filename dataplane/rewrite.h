#pragma once

// Edits of an IPv4 packet that keep its checksums right by incremental update (RFC 1624): the header's
// always, the TCP or UDP one where its pseudo-header covers what changed and the packet holds it (RFC
// 9293 3.1, RFC 768). A wrong checksum stays wrong by the same amount; nothing is verified here.

#include "dataplane/batch.h"
#include "dataplane/rows.h"
#include "vipswitch/checksum.h"

namespace vipswitch {

// TTL and protocol share a 16-bit word of the header; taking 1 off the TTL takes 0x0100 off the word.
inline constexpr std::uint16_t kTtlDelta = checksum_delta(Be16::from_host(0x0100), Be16::from_host(0));

// Where the L4 checksum of a packet lies that an address rewrite must touch; 0: there is none to touch.
// kMissing: the protocol has one, but the first fragment or the packet ends before it.
inline constexpr std::uint16_t kMissing = 0xffff;

inline std::uint16_t l4_checksum_offset(const Packet& packet) noexcept {
  if (packet.fragment == Fragment::kLater) return 0;
  std::size_t field = 0;
  if (packet.protocol == wire::kProtoTcp) {
    field = offsetof(wire::Tcp, checksum);
  } else if (packet.protocol == wire::kProtoUdp) {
    field = offsetof(wire::Udp, checksum);
  } else {
    return 0;
  }
  const std::size_t offset = packet.l4_offset + field;
  const std::size_t end_of_packet = std::size_t{packet.l3_offset} + packet.l3_size;
  const std::size_t end = end_of_packet < packet.size ? end_of_packet : packet.size;
  return offset + sizeof(std::uint16_t) <= end ? static_cast<std::uint16_t>(offset) : kMissing;
}

// `offset` is that of l4_checksum_offset(), neither 0 nor kMissing.
inline void update_l4_checksum(const Packet& packet, std::uint16_t offset, std::uint16_t delta) noexcept {
  auto& field = *packet.view().header_at<wire::Field<std::uint16_t>>(offset);
  const std::uint16_t before = field;
  if (packet.protocol != wire::kProtoUdp) {
    field = update_checksum(before, delta);
  } else if (before != 0) {  // RFC 768: zero means that the sender computed none
    const std::uint16_t after = update_checksum(before, delta);
    field = after != 0 ? after : std::uint16_t{0xffff};
  }
}

inline void decrement_ttl(wire::Ipv4Header& ip) noexcept {
  --ip.ttl;
  ip.checksum = update_checksum(ip.checksum, kTtlDelta);
}

enum class Side : std::uint8_t { kSource, kDestination };

// Translates one address and takes 1 off the TTL, which must be at least 1; false, and nothing changed, if
// the packet ends before the L4 checksum.
inline bool translate(Packet& packet, Side side, const AddressRewrite& rewrite) noexcept {
  const std::uint16_t l4 = l4_checksum_offset(packet);
  if (l4 == kMissing) return false;
  wire::Ipv4Header& ip = packet.ipv4();
  --ip.ttl;
  ip.checksum = update_checksum(ip.checksum, combine_deltas(rewrite.delta, kTtlDelta));
  if (side == Side::kSource) {
    ip.source = rewrite.to;
    packet.source = rewrite.to;
  } else {
    ip.destination = rewrite.to;
    packet.destination = rewrite.to;
  }
  if (l4 != 0) update_l4_checksum(packet, l4, rewrite.delta);
  return true;
}

// Turns an unfragmented ICMP echo request into its reply, headers included, sent from `from_mac`. False, and
// nothing changed, if the packet is none (RFC 792; RFC 1122 3.2.2.6).
inline bool answer_echo(Packet& packet, const Mac& from_mac) noexcept {
  constexpr std::uint8_t kReplyTtl = 64;
  if (packet.kind != PacketKind::kIpv4 || packet.protocol != wire::kProtoIcmp ||
      packet.fragment != Fragment::kWhole) {
    return false;
  }
  auto* echo = packet.view().header_at<wire::IcmpEcho>(packet.l4_offset);
  const std::size_t l4_size = std::size_t{packet.l3_offset} + packet.l3_size - packet.l4_offset;
  if (echo == nullptr || l4_size < sizeof *echo || echo->type != wire::kIcmpEchoRequest || echo->code != 0) {
    return false;
  }
  echo->type = wire::kIcmpEchoReply;
  echo->checksum = update_checksum(
      echo->checksum, checksum_delta(Be16::from_host(wire::kIcmpEchoRequest << 8), Be16::from_host(0)));
  wire::Ipv4Header& ip = packet.ipv4();
  ip.source = packet.destination;
  ip.destination = packet.source;
  ip.checksum =
      update_checksum(ip.checksum, checksum_delta(Be16::from_host(static_cast<std::uint16_t>(ip.ttl << 8)),
                                                  Be16::from_host(kReplyTtl << 8)));
  ip.ttl = kReplyTtl;
  wire::Ethernet& ethernet = packet.ethernet();
  ethernet.destination = ethernet.source;
  ethernet.source = from_mac;
  return true;
}

}  // namespace vipswitch
