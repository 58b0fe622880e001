#pragma once

// Addresses that mean nothing beyond their host or link, so that no router passes them on (RFC 1812 5.3.7,
// RFC 6890; RFC 4291 2.5).

#include <array>
#include <cstdint>

#include "vipswitch/address.h"

namespace vipswitch {

// For each first octet the one range, if any, of addresses that begin with it.
struct OctetRange {
  std::uint32_t mask, value;
};
using OctetRanges = std::array<OctetRange, 256>;

constexpr void add_range(OctetRanges& ranges, std::uint32_t octet, std::uint32_t second,
                         unsigned length) noexcept {
  ranges[octet] = {~std::uint32_t{0} << (32 - length), octet << 24 | second << 16};
}
constexpr bool is_in(const OctetRanges& ranges, Ipv4 address) noexcept {
  const std::uint32_t host = address.host();
  const OctetRange& range = ranges[host >> 24];
  return (host & range.mask) == range.value;
}

// "This network", loopback, link-local, and from 224.0.0.0 on multicast, reserved and broadcast.
inline constexpr OctetRanges kUnroutableRanges = [] {
  OctetRanges ranges{};
  // None. Not by default initialisers: g++ 12 leaves those out where the rest is set in part.
  for (OctetRange& range : ranges) range = {0, 1};
  for (const std::uint32_t octet : {0u, 127u}) add_range(ranges, octet, 0, 8);
  for (std::uint32_t octet = 224; octet < 256; ++octet) add_range(ranges, octet, 0, 8);
  add_range(ranges, 169, 254, 16);
  return ranges;
}();

// As a destination.
constexpr bool is_unroutable(Ipv4 address) noexcept {
  return is_in(kUnroutableRanges, address);
}

// Likewise. Global unicast addresses (RFC 4291 2.4, as assigned), which nearly all are, begin with 001.
constexpr bool is_unroutable(const Ipv6& address) noexcept {
  if (address.bytes()[0] >> 5 == 1) [[likely]]
    return false;
  return address.is_unspecified() || address.is_loopback() || address.is_link_local() ||
         address.is_multicast() || address.is_ipv4_mapped();
}

// Addresses that cannot be answered or may be a VPC's own: those above, and private and shared ones (RFC
// 1918, RFC 6598).
inline constexpr OctetRanges kMartianRanges = [] {
  OctetRanges ranges = kUnroutableRanges;
  add_range(ranges, 10, 0, 8);
  add_range(ranges, 100, 64, 10);
  add_range(ranges, 172, 16, 12);
  add_range(ranges, 192, 168, 16);
  return ranges;
}();

// Whether a source is worth a closer look: false for nearly all that the internet sends.
constexpr bool may_be_martian(Ipv4 source) noexcept {
  return is_in(kMartianRanges, source);
}
// The addresses of guests may be global.
constexpr bool may_be_martian(const Ipv6&) noexcept {
  return true;
}

}  // namespace vipswitch
