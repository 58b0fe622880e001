#pragma once

// Addresses that mean nothing beyond their host or link, so that no router passes them on (RFC 1812 5.3.7,
// RFC 6890; RFC 4291 2.5).

#include <array>
#include <cstdint>

#include "vipswitch/address.h"

namespace vipswitch {

// As a destination: "this network", loopback, link-local, and from 224.0.0.0 on multicast, reserved and
// broadcast.
constexpr bool is_unroutable(Ipv4 address) noexcept {
  const std::uint32_t host = address.host();
  return (host >> 24) == 0 || address.is_loopback() || address.is_link_local() || (host >> 28) >= 0xe;
}

// Likewise.
constexpr bool is_unroutable(const Ipv6& address) noexcept {
  return address.is_unspecified() || address.is_loopback() || address.is_link_local() ||
         address.is_multicast() || address.is_ipv4_mapped();
}

// RFC 1918 and RFC 6598: what the subnets of VPCs have.
constexpr bool is_private(Ipv4 address) noexcept {
  const std::uint32_t host = address.host();
  return (host >> 24) == 10 || (host >> 20) == 0xac1 || (host >> 16) == 0xc0a8 || (host >> 22) == 0x191;
}

// Whether a source is worth a closer look: false for nearly all that the internet sends, most of it by its
// first octet. Private addresses are, since a VPC may use them too.
constexpr bool may_be_martian(Ipv4 source) noexcept {
  constexpr auto kOctets = [] {
    std::array<std::uint64_t, 4> bits{};
    const auto set = [&](unsigned octet) { bits[octet / 64] |= std::uint64_t{1} << (octet % 64); };
    for (const unsigned octet : {0u, 10u, 100u, 127u, 169u, 172u, 192u}) set(octet);
    for (unsigned octet = 224; octet < 256; ++octet) set(octet);
    return bits;
  }();
  const unsigned octet = source.host() >> 24;
  const bool is_suspect = ((kOctets[octet / 64] >> (octet % 64)) & 1) != 0;
  return is_suspect && (is_private(source) || is_unroutable(source));
}
// The addresses of guests may be global.
constexpr bool may_be_martian(const Ipv6&) noexcept {
  return true;
}

}  // namespace vipswitch
