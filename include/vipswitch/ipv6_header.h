#pragma once

// The header of an IPv6 packet that the switch makes (RFC 8200 section 3).

#include <cstddef>
#include <cstdint>

#include "vipswitch/address.h"
#include "vipswitch/wire.h"

namespace vipswitch {

// Without traffic class, flow label and extension headers; `payload_size` is what follows, in bytes.
inline wire::Ipv6Header make_ipv6_header(const Ipv6& source, const Ipv6& destination,
                                         std::uint8_t next_header, std::uint8_t hop_limit,
                                         std::size_t payload_size) noexcept {
  constexpr std::uint32_t kVersion6 = 6U << 28;
  wire::Ipv6Header header{};
  header.version_class_flow = Be32::from_host(kVersion6);
  header.payload_length = Be16::from_host(static_cast<std::uint16_t>(payload_size));
  header.next_header = next_header;
  header.hop_limit = hop_limit;
  header.source = source;
  header.destination = destination;
  return header;
}

}  // namespace vipswitch
