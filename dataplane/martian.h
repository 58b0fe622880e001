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

// For each first octet the one range, if any, whose addresses cannot be answered or may be a VPC's own: those
// above, and private and shared ones (RFC 1918, RFC 6598).
struct MartianRange {
  std::uint32_t mask = 0, value = 1;  // none
};
inline constexpr auto kMartianRanges = [] {
  std::array<MartianRange, 256> ranges{};
  const auto set = [&](std::uint32_t octet, std::uint32_t second, unsigned length) {
    ranges[octet] = {~std::uint32_t{0} << (32 - length), octet << 24 | second << 16};
  };
  for (const std::uint32_t octet : {0u, 10u, 127u}) set(octet, 0, 8);
  for (std::uint32_t octet = 224; octet < 256; ++octet) set(octet, 0, 8);
  set(100, 64, 10);
  set(169, 254, 16);
  set(172, 16, 12);
  set(192, 168, 16);
  return ranges;
}();

// Whether a source is worth a closer look: false for nearly all that the internet sends.
constexpr bool may_be_martian(Ipv4 source) noexcept {
  const std::uint32_t host = source.host();
  const MartianRange& range = kMartianRanges[host >> 24];
  return (host & range.mask) == range.value;
}
// The addresses of guests may be global.
constexpr bool may_be_martian(const Ipv6&) noexcept {
  return true;
}

}  // namespace vipswitch
