#include "dataplane/stage/parse.h"

#include <algorithm>
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
  if (fold(sum) != 0xffff) return packet.drop(DropReason::ipv4_bad_checksum);

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
  packet.kind = PacketKind::kIpv4;  // as nearly always
  packet.verdict = Verdict::kPending;
  packet.reason = DropReason{};
  packet.fragment = Fragment::kWhole;
  packet.source_index = kNoSource;
  packet.is_group = false;
  packet.is_claim = false;
  packet.is_hairpin = false;
  packet.target = EndpointRef();
}

// Whether it is what most packets are, whole and in order: IPv4 without options, no fragment, to one MAC, in
// a frame without a tag. Tells most of that with one branch, and changes nothing; what else the packet is, or
// what is wrong with it, parse_any() finds out.
bool is_common(const Packet& packet) noexcept {
  const auto* ip = packet.view().header_at<wire::Ipv4Header>(sizeof(wire::Ethernet));
  if (ip == nullptr) return false;
  const wire::Ethernet& ethernet = packet.ethernet();
  constexpr unsigned kEtherType = Be16::from_host(wire::kEtherIpv4).wire();
  if (((ethernet.type.get().wire() ^ kEtherType) | unsigned{ethernet.destination.is_group()}) != 0)
    return false;
  constexpr unsigned kFragment = Be16::from_host(wire::kIpv4OffsetMask | wire::kIpv4MoreFragments).wire();
  const unsigned total_length = ip->total_length.get().host();
  const unsigned wrong = (ip->version_and_length ^ 0x45u) | unsigned{total_length < sizeof *ip} |
                         unsigned{sizeof ethernet + total_length > packet.mbuf->pkt_len} |
                         (ip->flags_and_offset.get().wire() & kFragment) | (fold(sum_20_bytes(ip)) ^ 0xffffu);
  return wrong == 0;
}

void parse_common(Packet& packet, Batch& batch) noexcept {
  packet.l3_offset = sizeof(wire::Ethernet);
  packet.l4_offset = sizeof(wire::Ethernet) + sizeof(wire::Ipv4Header);
  const wire::Ipv4Header& ip = packet.ipv4();
  packet.l3_size = ip.total_length.get().host();
  packet.protocol = ip.protocol;
  packet.source = ip.source;
  packet.destination = ip.destination;
  note_control_packet(packet, batch);
}

// The same of IPv6: TCP or UDP without extension headers.
bool is_common_ipv6(const Packet& packet) noexcept {
  const auto* ip = packet.view().header_at<wire::Ipv6Header>(sizeof(wire::Ethernet));
  if (ip == nullptr) return false;
  const wire::Ethernet& ethernet = packet.ethernet();
  constexpr unsigned kEtherType = Be16::from_host(wire::kEtherIpv6).wire();
  const std::size_t end = sizeof ethernet + sizeof *ip + ip->payload_length.get().host();
  const bool is_odd = ip->next_header != wire::kProtoTcp && ip->next_header != wire::kProtoUdp;
  const unsigned wrong = (ethernet.type.get().wire() ^ kEtherType) |
                         unsigned{ethernet.destination.is_group()} | unsigned{ip->version() != 6} |
                         unsigned{is_odd} | unsigned{end > packet.mbuf->pkt_len} | unsigned{end > UINT16_MAX};
  return wrong == 0;
}

void parse_common_ipv6(Packet& packet, Batch& batch) noexcept {
  packet.kind = PacketKind::kIpv6;
  packet.l3_offset = sizeof(wire::Ethernet);
  packet.l4_offset = sizeof(wire::Ethernet) + sizeof(wire::Ipv6Header);
  const wire::Ipv6Header& ip = packet.ipv6();
  packet.l3_size = static_cast<std::uint16_t>(sizeof ip + ip.payload_length.get().host());
  packet.protocol = ip.next_header;
  batch.has_ipv6 = true;
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
  batch.has_ipv6 = false;
  constexpr unsigned kAhead = 4;
  const Packet* const last_ahead = batch.end() - std::min(batch.count, kAhead);
  for (Packet& packet : batch) {
    if (&packet < last_ahead) rte_prefetch0(rte_pktmbuf_mtod((&packet + kAhead)->mbuf, void*));
    begin(packet);
    if (is_common(packet)) [[likely]] {
      parse_common(packet, batch);
    } else if (is_common_ipv6(packet)) {
      parse_common_ipv6(packet, batch);
    } else {
      parse_any(packet, batch);
    }
  }
}

}  // namespace vipswitch::stage
