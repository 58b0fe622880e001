#pragma once

// Purpose: what a neighbour discovery message says (spec: owner learning 2.3). Whether its target is a HAVIP,
// and whether the port may speak for it, is the caller's question.
// Shape: a pure function of the ICMPv6 message and the IPv6 header's addresses and hop limit. Nothing is
//   written.
// Errors: NdForm::kBad; such a message is no claim and must not reach a guest, which would judge likewise.
// Cost: one pass over the message for its checksum, one over its options.
// Source: RFC 4861 sections 4.1-4.4, 6.1.1, 6.1.2, 7.1.1, 7.1.2.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "vipswitch/address.h"

namespace vipswitch::owner {

enum class NdForm : std::uint8_t {
  kBad,                  // fails a check of RFC 4861
  kProbe,                // solicitation from ::, duplicate address detection (RFC 4862 5.4.2)
  kSolicitation,         // asks about the target
  kAnnouncement,         // unsolicited, to all, overriding, with the MAC: says who has the target
  kAdvertisement,        // any other advertisement: a hint
  kRouterSolicitation,   // asks for routers
  kRouterAdvertisement,  // only routers send it
  kRedirect,             // likewise
};

struct NdMessage {
  NdForm form = NdForm::kBad;
  Ipv6 target;                // solicitations and advertisements
  bool is_solicited = false;  // advertisements: answers somebody
  bool is_override = false;   // advertisements: replaces a MAC that is known
  // The MAC option, of the sender in solicitations, of the target in advertisements; where it lies in the
  // message.
  std::optional<Mac> mac;
  std::size_t mac_offset = 0;
};

struct NdPacket {
  Ipv6 source;
  Ipv6 destination;
  std::uint8_t hop_limit;
  std::span<const std::uint8_t> message;  // from the ICMPv6 type to the end of the payload
};

// Whether an ICMPv6 type belongs to neighbour discovery.
constexpr bool is_nd_type(std::uint8_t type) noexcept {
  return type >= 133 && type <= 137;
}

NdMessage parse_nd(const NdPacket& packet) noexcept;

}  // namespace vipswitch::owner
