#pragma once

// The header of an IPv4 packet that the switch makes (RFC 791 section 3.1).

#include <cstddef>
#include <cstdint>

#include "vipswitch/address.h"
#include "vipswitch/wire.h"

namespace vipswitch {

// Without options, in one piece; `payload_size` is what follows, in bytes. The checksum is the caller's, once
// its other fields stand.
inline wire::Ipv4Header make_ipv4_header(Ipv4 source, Ipv4 destination, std::uint8_t protocol,
                                         std::uint8_t ttl, std::size_t payload_size) noexcept {
  constexpr std::uint8_t kVersion4WithoutOptions = 0x45;
  wire::Ipv4Header header{};
  header.version_and_length = kVersion4WithoutOptions;
  header.total_length = Be16::from_host(static_cast<std::uint16_t>(sizeof header + payload_size));
  header.ttl = ttl;
  header.protocol = protocol;
  header.source = source;
  header.destination = destination;
  return header;
}

}  // namespace vipswitch
