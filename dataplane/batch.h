#pragma once

// A burst on its way through the pipeline: the packets of one rx queue, so of one ingress port, each with
// what the stages have found out about it. Lives in its worker; nothing outside the worker sees it.

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <rte_mbuf.h>
#include <type_traits>

#include "dataplane/endpoint_ref.h"
#include "dataplane/owner_word.h"
#include "dataplane/packet_view.h"
#include "dataplane/rows.h"
#include "vipswitch/address.h"
#include "vipswitch/drop_reason.h"
#include "vipswitch/ids.h"
#include "vipswitch/wire.h"

namespace vipswitch {

inline constexpr unsigned kMaxBurst = 128;

// Packet::listed_sources: every HAVIP of the ingress port, of both families.
inline constexpr std::uint32_t kAllSources = ~std::uint32_t{0};

enum class PacketKind : std::uint8_t {
  kIpv4,
  kIpv6,
  kArp,
  kOther,  // forwarded by MAC only: other EtherTypes, and everything inside a VLAN tag
};

enum class Fragment : std::uint8_t { kWhole, kFirst, kLater };

enum class Verdict : std::uint8_t {
  kPending,       // the next stage decides
  kForward,       // to `egress`, headers are final
  kAnswer,        // turned into its own answer, back to the ingress port
  kFlood,         // to the subnet's other ports
  kTooLong,       // for `egress`; headers are final. Cut into fragments, or dropped and its sender told
  kFloodMembers,  // to the other ports bound to the HAVIPs that a VRRP advert lists
  kConsume,       // done with; free it
  kDrop,          // with `reason`
};

struct alignas(64) Packet {
  rte_mbuf* mbuf;
  std::uint8_t* data;  // Ethernet header
  std::uint16_t size;  // bytes from `data` that lie in one piece; headers must fit in them
  std::uint16_t l3_offset;
  std::uint16_t l4_offset;  // IP only, of what `protocol` names: behind options and extension headers
  std::uint16_t l3_size;    // IP: from the IP header to the end of its payload; others: 0
  // The eight bytes of forget_findings(), of which is_pending_unicast_of() looks at the first four.
  PacketKind kind;
  Verdict verdict;
  bool is_group;  // destination MAC is multicast or broadcast
  DropReason reason;
  std::uint8_t source_index;  // into the ingress port's PortSources of the packet's family
  Fragment fragment;          // IP only
  bool is_claim;              // must not be lost to the flood rate
  bool is_hairpin;            // from EIP to EIP: nat has taken its hop, and it may go back where it came from
  std::uint8_t protocol;      // IP only; IPv6: of the last header that parse walked to
  Ipv4 source;                // IPv4 only; IPv6 addresses are read where they lie
  Ipv4 destination;
  PortId egress;
  EndpointRef target;            // set by nat (EIP) or resolve (endpoint table)
  std::uint32_t listed_sources;  // kFloodMembers: bit i for PortSources::list[i] of the ingress port and the
                                 // packet's family, or kAllSources

  // The frame, padding included.
  PacketView view() const noexcept { return {data, size}; }
  // IP only: ends with the IP packet, so padding is never taken for a header.
  PacketView ip_view() const noexcept { return {data, std::min<std::size_t>(ip_end(), size)}; }
  // IP only: where the packet ends, in one piece or not, and what of it `protocol` has.
  std::size_t ip_end() const noexcept { return std::size_t{l3_offset} + l3_size; }
  std::size_t l4_size() const noexcept { return ip_end() - l4_offset; }

  // Only after parse has proven them.
  wire::Ethernet& ethernet() const noexcept { return *reinterpret_cast<wire::Ethernet*>(data); }
  wire::Ipv4Header& ipv4() const noexcept { return *reinterpret_cast<wire::Ipv4Header*>(data + l3_offset); }
  wire::Ipv6Header& ipv6() const noexcept { return *reinterpret_cast<wire::Ipv6Header*>(data + l3_offset); }
  wire::Arp& arp() const noexcept { return *reinterpret_cast<wire::Arp*>(data + l3_offset); }

  // What nothing is known of yet, but that it is IPv4, as nearly always: one store of eight bytes.
  void forget_findings() noexcept {
    constexpr std::array<std::uint8_t, 8> kNothing{0, 0, 0, 0, kNoSource};
    constexpr auto kWord = std::bit_cast<std::uint64_t>(kNothing);
    static_assert(PacketKind::kIpv4 == PacketKind{} && Verdict::kPending == Verdict{});
    static_assert(offsetof(Packet, source_index) == offsetof(Packet, kind) + 4);
    static_assert(offsetof(Packet, protocol) == offsetof(Packet, kind) + sizeof kWord);
    std::memcpy(reinterpret_cast<std::byte*>(this) + offsetof(Packet, kind), &kWord, sizeof kWord);
  }
  void drop(DropReason why) noexcept {
    verdict = Verdict::kDrop;
    reason = why;
  }
  // Of the family whose addresses are `Address`; only for packets of its kind.
  template <class Address>
  Address source_of() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return source;
    } else {
      return ipv6().source;
    }
  }
  template <class Address>
  Address destination_of() const noexcept {
    if constexpr (std::is_same_v<Address, Ipv4>) {
      return destination;
    } else {
      return ipv6().destination;
    }
  }
  bool is_ip() const noexcept { return kind == PacketKind::kIpv4 || kind == PacketKind::kIpv6; }
  bool is_pending() const noexcept { return verdict == Verdict::kPending; }
  // What nearly all packets are that the next stage is to decide on, with one comparison.
  bool is_pending_unicast() const noexcept { return (first_findings() & ~kKindBits) == 0; }
  template <class Address>
  bool is_pending_unicast_of() const noexcept;

 private:
  // Kind, verdict, is_group and reason.
  std::uint32_t first_findings() const noexcept {
    static_assert(offsetof(Packet, verdict) == offsetof(Packet, kind) + 1 &&
                  offsetof(Packet, is_group) == offsetof(Packet, kind) + 2 &&
                  offsetof(Packet, reason) == offsetof(Packet, kind) + 3);
    std::uint32_t word;
    std::memcpy(&word, reinterpret_cast<const std::byte*>(this) + offsetof(Packet, kind), sizeof word);
    return word;
  }
  static constexpr std::uint32_t kKindBits = 0xff;
  static_assert(std::endian::native == std::endian::little);
};
static_assert(sizeof(Packet) == 64);

// The kind of packets whose addresses are `Address`.
template <class Address>
inline constexpr PacketKind kKindOf = std::is_same_v<Address, Ipv4> ? PacketKind::kIpv4 : PacketKind::kIpv6;

template <class Address>
bool Packet::is_pending_unicast_of() const noexcept {
  return first_findings() == static_cast<std::uint32_t>(kKindOf<Address>);
}

struct Batch {
  std::array<Packet, kMaxBurst> packets;
  unsigned count = 0;
  const PortRow* ingress = nullptr;
  std::uint64_t received_tsc = 0;
  std::uint64_t owner_epoch = 0;     // when resolve read the first owner word
  std::uint64_t delivery_stamp = 0;  // RecentDeliveries::stamp() of received_tsc, set by resolve
  bool has_control_packets = false;  // ARP, neighbour discovery or VRRP: snoop has something to look at
  unsigned ipv6_count = 0;           // packets that are kIpv6
  bool seeks_owner = false;          // some packet is data from a HAVIP that nobody is known to own

  bool has_ipv6() const noexcept { return ipv6_count != 0; }
  bool has_others_than_ipv6() const noexcept { return ipv6_count != count; }
  Packet* begin() noexcept { return packets.data(); }
  Packet* end() noexcept { return packets.data() + count; }
};

}  // namespace vipswitch
