#pragma once

// An address of either family, for what control keeps, tells apart and shows. Workers know the family of what
// they look at and have no use for this.

#include <variant>

#include "vipswitch/address.h"
#include "vipswitch/family.h"

namespace vipswitch {

// Ordered by family, IPv4 first, then by number.
using IpAddress = std::variant<Ipv4, Ipv6>;
using IpPrefix = std::variant<Ipv4Prefix, Ipv6Prefix>;
using IpInterface = std::variant<Ipv4Interface, Ipv6Interface>;

constexpr Family family_of(const IpAddress& address) noexcept {
  return std::holds_alternative<Ipv6>(address) ? Family::kIpv6 : Family::kIpv4;
}

// The address that stands as ::ffff:a.b.c.d where there is room for IPv6 (Ipv6::mapped()), or as itself.
constexpr IpAddress unmapped(const Ipv6& address) noexcept {
  return address.is_ipv4_mapped() ? IpAddress(address.mapped_ipv4()) : IpAddress(address);
}

constexpr Mac stable_mac(const IpAddress& havip) noexcept {
  const auto* ipv6 = std::get_if<Ipv6>(&havip);
  return ipv6 ? stable_mac(*ipv6) : stable_mac(*std::get_if<Ipv4>(&havip));
}

}  // namespace vipswitch
