#include "dataplane/stage/parse_ipv6.h"

#include "dataplane/ipv6_extensions.h"
#include "dataplane/nd_view.h"

namespace vipswitch::stage {
namespace {

// A first fragment has the whole chain of headers (RFC 7112 section 5): what stands behind it could be
// anything, also what guard keeps from the guests (RFC 7113).
bool holds_upper_header(const Ipv6Walk& walk, std::size_t end) noexcept {
  constexpr std::size_t kLeast = 1;
  return walk.offset + (walk.protocol == wire::kProtoIcmp6 ? sizeof(wire::Icmp) : kLeast) <= end;
}

}  // namespace

void parse_ipv6(Packet& packet, Batch& batch) noexcept {
  const PacketView view = packet.view();
  const auto* ip = view.header_at<wire::Ipv6Header>(packet.l3_offset);
  if (ip == nullptr) return packet.drop(DropReason::truncated);
  if (ip->version() != 6) return packet.drop(DropReason::ipv6_bad_version);
  const std::size_t size = sizeof *ip + ip->payload_length.get().host();
  const std::size_t end = packet.l3_offset + size;
  if (end > packet.mbuf->pkt_len || end > UINT16_MAX) return packet.drop(DropReason::ipv6_bad_length);
  Ipv6Walk walk{packet.l3_offset + sizeof *ip, ip->next_header};
  if (const auto wrong = walk_extensions(view, end, walk)) return packet.drop(*wrong);
  // RFC 8200 4.5: fragments add up to a payload that a packet can have.
  if (walk.fragment == Fragment::kLater && walk.fragment_begin + (end - walk.offset) > UINT16_MAX)
    return packet.drop(DropReason::ipv6_bad_length);
  if (walk.fragment == Fragment::kFirst && !holds_upper_header(walk, end))
    return packet.drop(DropReason::ipv6_bad_extensions);

  packet.kind = PacketKind::kIpv6;
  packet.l3_size = static_cast<std::uint16_t>(size);
  packet.l4_offset = static_cast<std::uint16_t>(walk.offset);
  packet.protocol = walk.protocol;
  packet.fragment = walk.fragment;
  ++batch.ipv6_count;
  if (is_nd(packet) || packet.protocol == wire::kProtoVrrp) batch.has_control_packets = true;
}

}  // namespace vipswitch::stage
