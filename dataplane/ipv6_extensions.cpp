#include "dataplane/ipv6_extensions.h"

namespace vipswitch {
namespace {

constexpr bool is_extension(std::uint8_t protocol) noexcept {
  return protocol == wire::kProtoHopByHop || protocol == wire::kProtoRouting ||
         protocol == wire::kProtoFragment || protocol == wire::kProtoDestination;
}

// False if it is the second one: whole packets are not fragmented again.
bool walk_fragment(const wire::Ipv6Fragment& header, Ipv6Walk& walk) noexcept {
  if (walk.has_fragment_header) return false;
  walk.has_fragment_header = true;
  const std::uint16_t field = header.offset_and_more.get().host();
  walk.fragment_begin = field & wire::kIpv6OffsetMask;
  if (walk.fragment_begin != 0) {
    walk.fragment = Fragment::kLater;
  } else if ((field & wire::kIpv6MoreFragments) != 0) {
    walk.fragment = Fragment::kFirst;
  }
  walk.offset += sizeof header;
  walk.protocol = header.next_header;
  return true;
}

}  // namespace

std::optional<DropReason> walk_extensions(const PacketView& headers, std::size_t end,
                                          Ipv6Walk& walk) noexcept {
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

}  // namespace vipswitch
