#pragma once

// The advert of a VRRP speaker, as far as the election cares.

#include <compare>
#include <cstdint>

#include "dataplane/owner/delivery.h"
#include "dataplane/owner/vrrp_group.h"
#include "vipswitch/address.h"

namespace vipswitch::owner {

// The source address of an advert, which decides between equal priorities: the larger one wins, compared as
// unsigned numbers in network order (RFC 9568 6.4.3). Over IPv6 adverts come from link-local addresses, which
// differ in their interface identifiers only (RFC 4291 2.5.6): that is what is kept.
class PrimaryIp {
 public:
  constexpr PrimaryIp() noexcept = default;
  constexpr PrimaryIp(Ipv4 source) noexcept : number_(source.host()) {}
  constexpr PrimaryIp(const Ipv6& source) noexcept : number_(source.interface_identifier()) {}
  static constexpr PrimaryIp of_number(std::uint64_t number) noexcept {
    PrimaryIp result;
    result.number_ = number;
    return result;
  }

  constexpr std::uint64_t number() const noexcept { return number_; }
  constexpr auto operator<=>(const PrimaryIp&) const noexcept = default;

 private:
  std::uint64_t number_ = 0;
};

struct AdvertEvidence {
  PrimaryIp primary_ip;
  std::uint32_t interval_ms;  // at least 10
  std::uint8_t priority;      // 0 resigns
  std::uint8_t vrid;
  Delivery delivery;  // by the Ethernet source
  Family family = Family::kIpv4;

  constexpr VrrpGroup group() const noexcept { return {family, vrid}; }
  constexpr bool operator==(const AdvertEvidence&) const noexcept = default;
};

}  // namespace vipswitch::owner
