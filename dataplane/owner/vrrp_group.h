#pragma once

// The name of a VRRP group inside a subnet: a VRID means another group in each family (RFC 9568 5.2.3).

#include <cstdint>
#include <type_traits>

#include "vipswitch/address.h"
#include "vipswitch/family.h"

namespace vipswitch::owner {

struct VrrpGroup {
  Family family = Family::kIpv4;
  std::uint8_t vrid = 0;  // 0: no group

  template <class Address>
  static constexpr VrrpGroup of(std::uint8_t vrid) noexcept {
    return {std::is_same_v<Address, Ipv6> ? Family::kIpv6 : Family::kIpv4, vrid};
  }
  constexpr bool exists() const noexcept { return vrid != 0; }
  constexpr bool operator==(const VrrpGroup&) const noexcept = default;
};

}  // namespace vipswitch::owner
