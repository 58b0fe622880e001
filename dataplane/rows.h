#pragma once

// Rows of the tables. Each is written once by control before it is published and never changed afterwards: a
// change publishes a new row and retires the old one after a grace period. Workers follow pointers with
// acquire loads.

#include <array>
#include <cstdint>
#include <vector>

#include "dataplane/endpoint_ref.h"
#include "vipswitch/address.h"
#include "vipswitch/checksum.h"
#include "vipswitch/ids.h"

namespace vipswitch {

enum class PortRole : std::uint8_t { kVm, kUplink };

// One address rewritten into another. The delta covers the address alone; it holds for every checksum that
// includes it.
struct AddressRewrite {
  Ipv4 to;
  std::uint16_t delta = 0;
  bool is_set = false;

  static constexpr AddressRewrite between(Ipv4 from, Ipv4 to) noexcept {
    return {to, checksum_delta(from, to), true};
  }
};

// An address that a port may send from: its own, or a HAVIP bound to it.
struct PortSource {
  Ipv4 address;
  HavipId havip;       // invalid: the port's own address
  AddressRewrite eip;  // towards the internet; not set: no EIP
};

inline constexpr std::size_t kMaxPortHavips = 16;

struct PortRow {
  PortId id;
  PortRole role = PortRole::kVm;
  std::uint8_t source_count = 0;  // sources[0] is the port's own address (VM ports)
  Mac mac;
  VpcId vpc;
  SubnetId subnet;
  std::array<PortSource, 1 + kMaxPortHavips> sources{};

  bool has_havips() const noexcept { return source_count > 1; }
  // kNoSource-like 0xff if the port may not send from `address`.
  std::uint8_t source_index(Ipv4 address) const noexcept {
    for (std::uint8_t i = 0; i < source_count; ++i) {
      if (sources[i].address == address) return i;
    }
    return 0xff;
  }
};

struct SubnetRow {
  SubnetId id;
  VpcId vpc;
  Ipv4Prefix prefix;
  Ipv4 gateway;
  std::vector<PortId> ports;
};

struct VpcRow {
  VpcId id;
  Vni vni;
  std::vector<Ipv4Prefix> prefixes;  // of its subnets, disjoint

  bool contains(Ipv4 address) const noexcept {
    for (const auto& prefix : prefixes) {
      if (prefix.contains(address)) return true;
    }
    return false;
  }
};

// The interface towards the provider network; one at most.
struct UplinkRow {
  PortId port;
  Mac mac;
  std::vector<Ipv4Interface> addresses;
  Ipv4 gateway;
  Mac gateway_mac;  // zero: not resolved yet

  bool is_own_address(Ipv4 address) const noexcept {
    for (const auto& own : addresses) {
      if (own.address == address) return true;
    }
    return false;
  }
  bool is_on_link(Ipv4 address) const noexcept {
    for (const auto& own : addresses) {
      if (own.prefix().contains(address)) return true;
    }
    return false;
  }
};

// One EIP: what the hash leads to. Holds the endpoint itself, so EIP -> owner is one lookup and two array
// loads.
struct EipRow {
  Ipv4 address;
  AddressRewrite inner;  // not set: the EIP has no target
  EndpointRef target;
};
static_assert(sizeof(EipRow) <= 32);

struct HavipRow {
  HavipId id;
  VpcId vpc;
  SubnetId subnet;
  Ipv4 address;
  std::vector<PortId> ports;  // bound ones
};

}  // namespace vipswitch
