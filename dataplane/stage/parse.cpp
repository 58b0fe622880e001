#include "dataplane/stage/parse.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <rte_prefetch.h>

#include "dataplane/stage/parse_ipv6.h"
#include "vipswitch/checksum.h"

namespace vipswitch::stage {
namespace {

// RFC 791: what fragments add up to, header included.
constexpr unsigned kMaxIpv4Bytes = 65535;

void note_control_packet(const Packet& packet, Batch& batch) noexcept {
  if (packet.protocol == wire::kProtoVrrp || packet.protocol == wire::kProtoAh)
    batch.has_control_packets = true;
}

void parse_ipv4(Packet& packet, Batch& batch) noexcept {
  const auto* ip = packet.view().header_at<wire::Ipv4Header>(packet.l3_offset);
  if (ip == nullptr) return packet.drop(DropReason::truncated);
  if (ip->version() != 4) return packet.drop(DropReason::ipv4_bad_version);
  const unsigned header_length = ip->header_length();
  if (header_length < sizeof(wire::Ipv4Header)) return packet.drop(DropReason::ipv4_bad_header_length);
  const unsigned total_length = ip->total_length.get().host();
  if (total_length < header_length || packet.l3_offset + total_length > packet.mbuf->pkt_len) {
    return packet.drop(DropReason::ipv4_bad_total_length);
  }
  if (packet.l3_offset + header_length > packet.size) return packet.drop(DropReason::truncated);
  static_assert(sizeof(wire::Ipv4Header) == 20);
  const std::uint64_t sum =
      header_length == sizeof(wire::Ipv4Header) ? sum_20_bytes(ip) : sum_bytes(ip, header_length);
  if (!is_right_sum(sum)) return packet.drop(DropReason::ipv4_bad_checksum);

  packet.kind = PacketKind::kIpv4;
  packet.l4_offset = static_cast<std::uint16_t>(packet.l3_offset + header_length);
  packet.l3_size = static_cast<std::uint16_t>(total_length);
  packet.protocol = ip->protocol;
  packet.source = ip->source;
  packet.destination = ip->destination;
  const std::uint16_t fragment = ip->flags_and_offset.get().host();
  if ((fragment & wire::kIpv4OffsetMask) != 0) {
    const unsigned begin = (fragment & wire::kIpv4OffsetMask) * 8u;
    if (begin + total_length > kMaxIpv4Bytes) return packet.drop(DropReason::ipv4_bad_total_length);
    packet.fragment = Fragment::kLater;
  } else if ((fragment & wire::kIpv4MoreFragments) != 0) {
    packet.fragment = Fragment::kFirst;
  }
  note_control_packet(packet, batch);
}

void parse_arp(Packet& packet, Batch& batch) noexcept {
  if (packet.view().header_at<wire::Arp>(packet.l3_offset) == nullptr)
    return packet.drop(DropReason::arp_bad);
  packet.kind = PacketKind::kArp;
  batch.has_control_packets = true;
}

constexpr unsigned kMaxPriorityTags = 2;

constexpr bool is_tag(std::uint16_t type) noexcept {
  return type == wire::kEtherVlan || type == wire::kEtherQinq;
}

// The EtherType behind priority tags (VID 0), which are read as if they were not there: so do the guests'
// kernels. With a real VLAN id the packet stays kOther. A frame with more of them than anybody sends is not
// let past the guard.
std::uint16_t skip_priority_tags(Packet& packet, Batch& batch, std::uint16_t type) noexcept {
  for (unsigned tags = 0; is_tag(type); ++tags) {
    const auto* tag = packet.view().header_at<wire::VlanTag>(packet.l3_offset);
    if (tag == nullptr) {
      packet.drop(DropReason::truncated);
      return 0;
    }
    if (tag->vlan_id() != 0) {
      if (batch.ingress->role == PortRole::kUplink) packet.drop(DropReason::vlan_tagged);
      batch.has_control_packets = true;  // snoop counts claims inside VLANs
      return 0;
    }
    if (tags == kMaxPriorityTags) {
      packet.drop(DropReason::vlan_tagged);
      return 0;
    }
    packet.l3_offset = static_cast<std::uint16_t>(packet.l3_offset + sizeof(wire::VlanTag));
    type = tag->type.get().host();
  }
  return type;
}

// What every packet begins with.
void begin(Packet& packet) noexcept {
  packet.data = rte_pktmbuf_mtod(packet.mbuf, std::uint8_t*);
  packet.size = packet.mbuf->data_len;
  packet.forget_findings();
  packet.target = EndpointRef();
}

// Four bytes of a frame as they lie in memory.
constexpr std::uint32_t word_of(std::array<std::uint8_t, 4> bytes) noexcept {
  return std::bit_cast<std::uint32_t>(bytes);
}

// What most packets are, whole and in order: IPv4 without options, no fragment, to one MAC, in a frame
// without a tag. Tells most of that with one branch. False, and nothing changed: it is something else, or
// something is wrong with it, which parse_any() finds out.
[[gnu::always_inline]] inline bool parse_common(Packet& packet, Batch& batch) noexcept {
  constexpr unsigned kEthernetBytes = sizeof(wire::Ethernet);
  constexpr unsigned kIpBytes = sizeof(wire::Ipv4Header);
  if (packet.size < kEthernetBytes + kIpBytes) return false;
  const wire::Ethernet& ethernet = packet.ethernet();
  // The EtherType, then version and header length.
  constexpr std::uint32_t kCommon = word_of({wire::kEtherIpv4 >> 8, wire::kEtherIpv4 & 0xff, 0x45, 0});
  constexpr std::uint32_t kCompared = word_of({0xff, 0xff, 0xff, 0});
  std::uint32_t begun;
  std::memcpy(&begun, &ethernet.type, sizeof begun);
  if ((((begun ^ kCommon) & kCompared) | unsigned{ethernet.destination.is_group()}) != 0) return false;
  const auto& ip = packet.view().proven_header_at<wire::Ipv4Header>(kEthernetBytes);
  constexpr unsigned kFragment = Be16::from_host(wire::kIpv4MoreFragments | wire::kIpv4OffsetMask).wire();
  const std::uint16_t total_length = ip.total_length.get().host();
  // Below zero, and so large, if it is shorter than its header.
  const bool is_cut = total_length - kIpBytes > packet.mbuf->pkt_len - kEthernetBytes - kIpBytes;
  const unsigned wrong = (ip.flags_and_offset.get().wire() & kFragment) | unsigned{is_cut} |
                         unsigned{!is_right_sum(sum_20_bytes(&ip))};
  if (wrong != 0) return false;
  const Ipv4 source = ip.source, destination = ip.destination;
  packet.l3_offset = kEthernetBytes;
  packet.l4_offset = kEthernetBytes + kIpBytes;
  packet.l3_size = total_length;
  packet.protocol = ip.protocol;
  packet.source = source;
  packet.destination = destination;
  note_control_packet(packet, batch);
  return true;
}

// The same of IPv6: TCP or UDP without extension headers.
[[gnu::always_inline]] inline bool parse_common_ipv6(Packet& packet, Batch& batch) noexcept {
  constexpr unsigned kHeaders = sizeof(wire::Ethernet) + sizeof(wire::Ipv6Header);
  if (packet.size < kHeaders) return false;
  const wire::Ethernet& ethernet = packet.ethernet();
  const auto& ip = packet.view().proven_header_at<wire::Ipv6Header>(sizeof ethernet);
  constexpr unsigned kEtherType = Be16::from_host(wire::kEtherIpv6).wire();
  const unsigned end = kHeaders + ip.payload_length.get().host();
  const bool is_odd = ip.next_header != wire::kProtoTcp && ip.next_header != wire::kProtoUdp;
  const unsigned wrong = (ethernet.type.get().wire() ^ kEtherType) |
                         unsigned{ethernet.destination.is_group()} | unsigned{ip.version() != 6} |
                         unsigned{is_odd} | unsigned{end > packet.mbuf->pkt_len} | unsigned{end > UINT16_MAX};
  if (wrong != 0) return false;
  packet.kind = PacketKind::kIpv6;
  packet.l3_offset = sizeof ethernet;
  packet.l4_offset = kHeaders;
  packet.l3_size = static_cast<std::uint16_t>(end - sizeof ethernet);
  packet.protocol = ip.next_header;
  ++batch.ipv6_count;
  return true;
}

[[gnu::noinline]] void parse_any(Packet& packet, Batch& batch) noexcept {
  packet.kind = PacketKind::kOther;
  packet.l3_offset = sizeof(wire::Ethernet);
  packet.l3_size = 0;
  const auto* ethernet = packet.view().header_at<wire::Ethernet>(0);
  if (ethernet == nullptr) return packet.drop(DropReason::truncated);
  packet.is_group = ethernet->destination.is_group();
  std::uint16_t type = ethernet->type.get().host();
  if (is_tag(type)) [[unlikely]] {
    type = skip_priority_tags(packet, batch, type);
    if (!packet.is_pending()) return;
  }
  if (type == wire::kEtherIpv4) [[likely]]
    return parse_ipv4(packet, batch);
  if (type == wire::kEtherIpv6) return parse_ipv6(packet, batch);
  if (type == wire::kEtherArp) return parse_arp(packet, batch);
  if (type == wire::kEtherRarp) batch.has_control_packets = true;  // snoop counts it
  if (batch.ingress->role == PortRole::kUplink) packet.drop(DropReason::not_ip_or_arp);
}

}  // namespace

void parse(WorkerState&, Batch& batch) noexcept {
  batch.has_control_packets = false;
  batch.ipv6_count = 0;
  constexpr unsigned kAhead = 4;
  const Packet* const last_ahead = batch.end() - std::min(batch.count, kAhead);
  for (Packet& packet : batch) {
    if (&packet < last_ahead) rte_prefetch0(rte_pktmbuf_mtod((&packet + kAhead)->mbuf, void*));
    begin(packet);
    if (!parse_common(packet, batch) && !parse_common_ipv6(packet, batch)) parse_any(packet, batch);
  }
}

}  // namespace vipswitch::stage
