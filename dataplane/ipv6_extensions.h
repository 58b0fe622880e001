#pragma once

// The walk over IPv6 extension headers (RFC 8200 sections 4.1 and 4.3 to 4.6), with a limit: no host sends
// more than a few, and each costs time.

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dataplane/batch.h"
#include "vipswitch/drop_reason.h"

namespace vipswitch {

inline constexpr unsigned kMaxIpv6Extensions = 8;

// Where the walk stands: the header at `offset` is what `protocol` names.
struct Ipv6Walk {
  std::size_t offset;
  std::uint8_t protocol;
  Fragment fragment = Fragment::kWhole;
  bool has_fragment_header = false;
  std::uint16_t fragment_begin = 0;  // bytes of the packet's payload before this fragment
};

// Past every extension header, to the first that is none or to the payload of a later fragment. What went
// wrong otherwise: `truncated` if a header ends behind `end` or the view.
std::optional<DropReason> walk_extensions(const PacketView& headers, std::size_t end,
                                          Ipv6Walk& walk) noexcept;

}  // namespace vipswitch
