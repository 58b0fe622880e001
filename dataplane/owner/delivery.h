#pragma once

// Purpose: which MAC data for a HAVIP goes to at its owner's port: the port's own, or the virtual MAC of a
// VRRP
//   group (RFC 9568 7.3), if that is what the guest uses (spec: owner learning 5.4 "Delivery MAC").
// Shape: one byte. 0 is no VRID (RFC 9568 5.2.3), so it stands for the port's own MAC.
// Cost: a few compares.

#include <cstdint>
#include <optional>

#include "vipswitch/address.h"

namespace vipswitch::owner {

class Delivery {
 public:
  static constexpr Delivery port_mac() noexcept { return Delivery(0); }
  static constexpr Delivery virtual_mac(std::uint8_t vrid) noexcept { return Delivery(vrid); }

  // What a claim to an IPv4 address says that came from `source` (Ethernet source, ARP sender) through a port
  // that has `port_mac`. Nothing, if that is neither the port's own MAC nor the virtual MAC of a group.
  static constexpr std::optional<Delivery> of_source(const Mac& source, const Mac& port_mac) noexcept {
    return of_source(source, port_mac, Mac::vrrp_ipv4(source.bytes()[5]));
  }
  // Likewise for an IPv6 address.
  static constexpr std::optional<Delivery> of_source_ipv6(const Mac& source, const Mac& port_mac) noexcept {
    return of_source(source, port_mac, Mac::vrrp_ipv6(source.bytes()[5]));
  }

  constexpr Delivery() noexcept = default;

  constexpr bool is_virtual() const noexcept { return vrid_ != 0; }
  constexpr std::uint8_t vrid() const noexcept { return vrid_; }  // 0: the port's own MAC

  constexpr Mac ipv4_mac(const Mac& port_mac) const noexcept {
    return is_virtual() ? Mac::vrrp_ipv4(vrid_) : port_mac;
  }

  constexpr Mac ipv6_mac(const Mac& port_mac) const noexcept {
    return is_virtual() ? Mac::vrrp_ipv6(vrid_) : port_mac;
  }

  constexpr bool operator==(const Delivery&) const noexcept = default;

 private:
  static constexpr std::optional<Delivery> of_source(const Mac& source, const Mac& port_mac,
                                                     const Mac& virtual_mac_of_group) noexcept {
    if (source == port_mac) return Delivery(0);
    const std::uint8_t vrid = source.bytes()[5];
    if (vrid != 0 && source == virtual_mac_of_group) return virtual_mac(vrid);
    return std::nullopt;
  }

  explicit constexpr Delivery(std::uint8_t vrid) noexcept : vrid_(vrid) {}

  std::uint8_t vrid_ = 0;
};
static_assert(sizeof(Delivery) == 1);

}  // namespace vipswitch::owner
