#pragma once

// Sizes and paces that the operator sets once, at start. The defaults suit a machine with two cores.

#include <cstddef>
#include <cstdint>

namespace vipswitch {

// How many objects the tables of the data plane hold.
struct TableCapacities {
  static constexpr std::uint32_t kMost = (1u << 24) - 1;  // ids have 24 bits, and all ones are nobody's

  std::uint32_t eips = 16384;        // of IPv4
  std::uint32_t eips6 = 16384;       // of IPv6
  std::uint32_t havips = 16384;      // addresses of both families
  std::uint32_t endpoints = 65536;   // IPv4 addresses of ports, HAVIPs and gateways together
  std::uint32_t endpoints6 = 65536;  // IPv6 ones
  std::uint32_t ports = 1024;
  std::uint32_t subnets = 4096;
  std::uint32_t vpcs = 1024;
  std::uint32_t neighbours = 1024;  // next hops on the uplink's own prefixes
  bool operator==(const TableCapacities&) const = default;
};

// HAVIPs bound to one port.
inline constexpr std::size_t kMaxPortHavips = 16;

// What guests of a subnet can be told.
inline constexpr std::size_t kMaxSubnetDns = 8, kMaxDhcpRoutes = 16;

// What a worker does when its queues stay empty.
struct IdlePolicy {
  std::uint32_t spin_polls = 512;  // empty polls in a row before the first sleep
  std::uint32_t sleep_us = 50;     // 0: never sleep
  bool operator==(const IdlePolicy&) const = default;
};

}  // namespace vipswitch
