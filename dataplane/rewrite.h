#pragma once

// Edits of an IP packet that keep its checksums right by incremental update (RFC 1624): the IPv4 header's
// always, the transport's where its pseudo-header covers what changed and the packet holds it. A wrong
// checksum stays wrong by the same amount; nothing is verified here.

#include "dataplane/batch.h"
#include "dataplane/l4_checksum.h"
#include "dataplane/rows.h"
#include "vipswitch/checksum.h"

namespace vipswitch {

// The TTL, or the hop limit; only for IP packets.
inline std::uint8_t hop_limit(const Packet& packet) noexcept {
  return packet.kind == PacketKind::kIpv4 ? packet.ipv4().ttl : packet.ipv6().hop_limit;
}
// Of a packet whose addresses are `Address`.
template <class Address>
std::uint8_t hop_limit_of(const Packet& packet) noexcept {
  if constexpr (std::is_same_v<Address, Ipv4>) {
    return packet.ipv4().ttl;
  } else {
    return packet.ipv6().hop_limit;
  }
}

// It must be at least 1.
inline void decrement_hop_limit(Packet& packet) noexcept {
  if (packet.kind == PacketKind::kIpv6) {
    --packet.ipv6().hop_limit;
    return;
  }
  wire::Ipv4Header& ip = packet.ipv4();
  --ip.ttl;
  ip.checksum = update_checksum(ip.checksum, kTtlDelta);
}

enum class Side : std::uint8_t { kSource, kDestination };

// Replaces one address of a header, without its checksum.
template <class Header, class Address>
void set_address(Header& ip, Side side, const Address& address) noexcept {
  if (side == Side::kSource) {
    ip.source = address;
  } else {
    ip.destination = address;
  }
}

// Translates one address and takes 1 off the TTL or hop limit, which must be at least 1; false, and nothing
// changed, if the packet ends before the L4 checksum. Inlined: every packet to and from the internet passes.
[[gnu::always_inline]] inline bool translate(Packet& packet, Side side,
                                             const AddressRewrite<Ipv4>& rewrite) noexcept {
  const std::uint16_t l4 = l4_checksum_offset<PacketKind::kIpv4>(packet);
  if (l4 == kMissing) [[unlikely]]
    return false;
  wire::Ipv4Header& ip = packet.ipv4();
  --ip.ttl;
  ip.checksum = update_checksum(ip.checksum, rewrite.header_delta);
  const Ipv4 to = rewrite.to;
  set_address(ip, side, to);
  (side == Side::kSource ? packet.source : packet.destination) = to;
  if (l4 != 0) [[likely]]
    update_l4_checksum(packet, l4, rewrite.delta);
  return true;
}

[[gnu::always_inline]] inline bool translate(Packet& packet, Side side,
                                             const AddressRewrite<Ipv6>& rewrite) noexcept {
  const std::uint16_t l4 = l4_checksum_offset<PacketKind::kIpv6>(packet);
  if (l4 == kMissing) [[unlikely]]
    return false;
  wire::Ipv6Header& ip = packet.ipv6();
  --ip.hop_limit;
  set_address(ip, side, rewrite.to);
  if (l4 != 0) [[likely]]
    update_l4_checksum(packet, l4, rewrite.delta);
  return true;
}

// As translate(), of both addresses at once, with one hop.
template <class Address>
bool translate_both(Packet& packet, const AddressRewrite<Address>& source,
                    const AddressRewrite<Address>& destination) noexcept {
  const auto both = AddressRewrite<Address>::of(source.to, combine_deltas(source.delta, destination.delta));
  if (!translate(packet, Side::kSource, both)) return false;
  if constexpr (std::is_same_v<Address, Ipv4>) {
    set_address(packet.ipv4(), Side::kDestination, destination.to);
    packet.destination = destination.to;
  } else {
    set_address(packet.ipv6(), Side::kDestination, destination.to);
  }
  return true;
}

}  // namespace vipswitch
