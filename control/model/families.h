#pragma once

// What the two families have alike in the objects: code that serves both names it by the type of an address.

#include <string_view>
#include <type_traits>

#include "control/model/objects.h"

namespace vipswitch::model {

template <class Address>
struct FamilyOf;

template <>
struct FamilyOf<Ipv4> {
  using Prefix = Ipv4Prefix;
  using Interface = Ipv4Interface;
  static constexpr Family kFamily = Family::kIpv4;
  static constexpr std::string_view kWord = "IPv4";  // in sentences
  static constexpr std::string_view kArgument = "ipv4", kGateway = "gateway";
  static constexpr std::uint8_t kBits = 32;
};

template <>
struct FamilyOf<Ipv6> {
  using Prefix = Ipv6Prefix;
  using Interface = Ipv6Interface;
  static constexpr Family kFamily = Family::kIpv6;
  static constexpr std::string_view kWord = "IPv6";
  static constexpr std::string_view kArgument = "ipv6", kGateway = "gateway6";
  static constexpr std::uint8_t kBits = 128;
};

constexpr std::string_view family_word(Family family) noexcept {
  return family == Family::kIpv6 ? FamilyOf<Ipv6>::kWord : FamilyOf<Ipv4>::kWord;
}

// A Subnet's range; a Port's or a HAVIP's address.
template <class Address, class Object>
constexpr auto& part_of(Object& object) noexcept {
  if constexpr (std::is_same_v<Address, Ipv4>) {
    return object.ipv4;
  } else {
    return object.ipv6;
  }
}

// Of a Subnet or an Uplink.
template <class Address, class Object>
constexpr auto& gateway_of(Object& object) noexcept {
  if constexpr (std::is_same_v<Address, Ipv4>) {
    return object.gateway;
  } else {
    return object.gateway6;
  }
}

template <class Address>
constexpr const auto& interfaces_of(const Uplink& uplink) noexcept {
  if constexpr (std::is_same_v<Address, Ipv4>) {
    return uplink.addresses;
  } else {
    return uplink.addresses6;
  }
}

}  // namespace vipswitch::model
