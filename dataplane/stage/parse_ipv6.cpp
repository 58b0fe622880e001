#include "dataplane/stage/parse_ipv6.h"

#include "dataplane/owner/neighbour_discovery.h"

namespace vipswitch::stage {
namespace {

// Where the walk stands: the header at `offset` is what `protocol` names.
struct Walk {
  std::size_t offset;
  std::uint8_t protocol;
  Fragment fragment = Fragment::kWhole;
  bool has_fragment_header = false;
};

constexpr bool is_extension(std::uint8_t protocol) noexcept {
  return protocol == wire::kProtoHopByHop || protocol == wire::kProtoRouting ||
         protocol == wire::kProtoFragment || protocol == wire::kProtoDestination;
}

// False if it is the second one: whole packets are not fragmented again.
bool walk_fragment(const wire::Ipv6Fragment& header, Walk& walk) noexcept {
  if (walk.has_fragment_header) return false;
  walk.has_fragment_header = true;
  const std::uint16_t field = header.offset_and_more.get().host();
  if ((field & wire::kIpv6OffsetMask) != 0) {
    walk.fragment = Fragment::kLater;
  } else if ((field & wire::kIpv6MoreFragments) != 0) {
    walk.fragment = Fragment::kFirst;
  }
  walk.offset += sizeof header;
  walk.protocol = header.next_header;
  return true;
}

// Past every extension header, to the first that is none or to the payload of a later fragment. What went
// wrong otherwise.
std::optional<DropReason> walk_extensions(const PacketView& headers, std::size_t end, Walk& walk) noexcept {
  for (unsigned walked = 0; is_extension(walk.protocol) && walk.fragment != Fragment::kLater; ++walked) {
    const bool is_out_of_place = walk.protocol == wire::kProtoHopByHop && walked != 0;
    if (walked == kMaxIpv6Extensions || is_out_of_place) return DropReason::ipv6_bad_extensions;
    // A fragment header is as long as the shortest of the others.
    const auto* fragment = headers.header_at<wire::Ipv6Fragment>(walk.offset);
    if (fragment == nullptr || walk.offset + sizeof *fragment > end) return DropReason::truncated;
    if (walk.protocol == wire::kProtoFragment) {
      if (!walk_fragment(*fragment, walk)) return DropReason::ipv6_bad_extensions;
      continue;
    }
    const auto* extension = headers.header_at<wire::Ipv6Extension>(walk.offset);
    walk.protocol = extension->next_header;
    walk.offset += extension->size();
    if (walk.offset > end) return DropReason::ipv6_bad_extensions;
  }
  return std::nullopt;
}

bool is_neighbour_discovery(const Packet& packet) noexcept {
  if (packet.protocol != wire::kProtoIcmp6 || packet.fragment == Fragment::kLater) return false;
  const auto* type = packet.view().header_at<wire::Field<std::uint8_t>>(packet.l4_offset);
  return type != nullptr && owner::is_nd_type(*type);
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
  Walk walk{packet.l3_offset + sizeof *ip, ip->next_header};
  if (const auto wrong = walk_extensions(view, end, walk)) return packet.drop(*wrong);

  packet.kind = PacketKind::kIpv6;
  packet.l3_size = static_cast<std::uint16_t>(size);
  packet.l4_offset = static_cast<std::uint16_t>(walk.offset);
  packet.protocol = walk.protocol;
  packet.fragment = walk.fragment;
  batch.has_ipv6 = true;
  if (is_neighbour_discovery(packet)) batch.has_control_packets = true;
}

}  // namespace vipswitch::stage
