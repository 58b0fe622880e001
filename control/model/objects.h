#pragma once

// The tenant's world as the operator writes it (docs/configuration.md): plain values that name each other.
// Names are the keys of the shell, the configuration file and the API. What a value must satisfy by itself
// and between objects is checked in model.h; nothing here knows tables or DPDK.

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/bit_rate.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"
#include "vipswitch/ip_address.h"
#include "vipswitch/vrrp_filter.h"

namespace vipswitch::model {

inline constexpr std::uint16_t kDefaultVpcMtu = 1500;

struct Vpc {
  std::string name;
  Vni vni;
  std::uint16_t mtu = kDefaultVpcMtu;  // bytes of an IP packet
  bool clamp_mss = false;              // TCP through its ports is told segments that fit the path's MTU
  bool operator==(const Vpc&) const = default;
};

// What can be changed of a VPC; empty: as it is.
struct VpcChange {
  std::optional<std::uint16_t> mtu = std::nullopt;
  std::optional<bool> clamp_mss = std::nullopt;
};

inline constexpr unsigned kDefaultHavipQuota = 10;

// A route that DHCP tells guests (RFC 3442); `via` is in the subnet.
struct DhcpRoute {
  Ipv4Prefix to;
  Ipv4 via;
  bool operator==(const DhcpRoute&) const = default;
};

inline constexpr std::uint32_t kDefaultLeaseSeconds = 86400;

// What the switch tells guests by DHCPv4 beside their address.
struct Dhcp {
  std::uint32_t lease_s = kDefaultLeaseSeconds;
  std::vector<DhcpRoute> routes = {};
  bool operator==(const Dhcp&) const = default;
};

// Of one family or of both; each has a gateway of its own.
struct Subnet {
  std::string name;
  std::string vpc;
  std::optional<Ipv4Prefix> ipv4 = std::nullopt;
  std::optional<Ipv4> gateway = std::nullopt;
  std::optional<Ipv6Prefix> ipv6 = std::nullopt;
  std::optional<Ipv6> gateway6 = std::nullopt;
  unsigned havip_quota = kDefaultHavipQuota;
  bool managed = false;              // router advertisements send guests to DHCPv6 for addresses
  std::vector<IpAddress> dns = {};   // of the families that the subnet has
  std::optional<Dhcp> dhcp{Dhcp{}};  // nullopt: off; means nothing without IPv4
  bool operator==(const Subnet&) const = default;
};

// What can be changed of a subnet; empty: as it is.
struct SubnetChange {
  std::optional<unsigned> havip_quota = std::nullopt;
  std::optional<bool> managed = std::nullopt;
  std::optional<std::vector<IpAddress>> dns = std::nullopt;
  std::optional<std::optional<Dhcp>> dhcp = std::nullopt;
};

// The DNS servers of one family.
template <class Address>
std::vector<Address> dns_of(const Subnet& subnet) {
  std::vector<Address> servers;
  for (const IpAddress& address : subnet.dns) {
    if (const auto* server = std::get_if<Address>(&address)) servers.push_back(*server);
  }
  return servers;
}

enum class Nic : std::uint8_t { kPrimary, kSecondary };

// One vNIC of an instance (VM).
struct Port {
  std::string name;
  std::string instance;
  Nic nic = Nic::kPrimary;
  std::string subnet;
  Mac mac;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  std::string device;        // DPDK device arguments, or af_packet or af_xdp (see device.h)
  std::uint16_t queues = 1;  // rx queues asked for; the device may give fewer
  bool forwards = false;     // may send from addresses that are not its own: a router, firewall or NAT
  std::optional<std::uint32_t> rate_mbps = std::nullopt;  // of what it sends, 10^6 bit/s of IP packets
  std::optional<std::uint32_t> burst_kb = std::nullopt;   // 1000 bytes; empty: see burst_bytes()
  std::optional<std::string> interface = std::nullopt;    // of the kernel, for af_packet and af_xdp
  VrrpFilter vrrp_filter = VrrpFilter::kNone;
  bool operator==(const Port&) const = default;
};

// What can be changed of a port; empty: as it is.
struct PortChange {
  std::optional<bool> forwards = std::nullopt;
  std::optional<std::optional<std::uint32_t>> rate_mbps = std::nullopt, burst_kb = std::nullopt;
  std::optional<VrrpFilter> vrrp_filter = std::nullopt;
};

inline constexpr std::size_t kMaxHavipPorts = 10;  // ports bound to one HAVIP

// One virtual address, or one of each family; they are elected apart. In a request 0.0.0.0 and :: stand for
// an address to allocate, and no address at all for one of each family of the subnet.
struct Havip {
  std::string name;
  std::string subnet;
  std::optional<Ipv4> ipv4;
  std::optional<Ipv6> ipv6;
  std::vector<std::string> ports = {};            // bound ports; order is the order of binding
  std::optional<std::string> pin = std::nullopt;  // the bound port that the operator made its owner
  std::optional<LearnMode> learn = std::nullopt;  // where it differs from Objects::learn
  Handover handover = Handover::kAnnounced;
  // The VRRP group whose adverts count for it though they do not list it; none: what is learned.
  std::optional<std::uint16_t> follow = std::nullopt;
  bool operator==(const Havip&) const = default;
};

enum class TargetKind : std::uint8_t { kHavip, kPort };

struct EipTarget {
  TargetKind kind = TargetKind::kHavip;
  std::string name;
  auto operator<=>(const EipTarget&) const = default;
};

// How much an EIP may carry, 10^6 bit/s and 1000 bytes of IP packets; empty: as much as comes.
struct Rates {
  std::optional<std::uint32_t> in_mbps = std::nullopt;   // from the internet
  std::optional<std::uint32_t> out_mbps = std::nullopt;  // towards it
  std::optional<std::uint32_t> burst_kb = std::nullopt;  // in each direction; empty: see burst_bytes()
  bool operator==(const Rates&) const = default;
};

// What can be changed of an EIP; empty: as it is.
struct RatesChange {
  std::optional<std::optional<std::uint32_t>> in_mbps = std::nullopt, out_mbps = std::nullopt,
                                              burst_kb = std::nullopt;
};

// What a rate saves up at most: if nothing is said, what it carries in 20 ms, and not less than 64 kB.
constexpr std::uint64_t burst_bytes(std::uint32_t rate_mbps, std::optional<std::uint32_t> burst_kb) {
  constexpr std::uint64_t kDefaultMs = 20, kLeast = 64'000;
  if (burst_kb) return std::uint64_t{*burst_kb} * 1000;
  return std::max(rate_mbps * kBytesPerMsOfMbps * kDefaultMs, kLeast);
}

// Translated 1:1 into the target's address of the same family.
struct Eip {
  std::string name;
  IpAddress address;
  std::optional<EipTarget> target;
  Rates rates = {};
  bool operator==(const Eip&) const = default;
};

inline constexpr std::size_t kMaxVpcRoutes = 1000;  // written ones; the ranges of subnets are routes, too

enum class ViaKind : std::uint8_t { kInternet, kBlackhole, kPort, kHavip };

struct RouteVia {
  ViaKind kind = ViaKind::kInternet;
  std::string name = {};  // of the port or HAVIP

  // The next hop; nullopt: it is no object.
  std::optional<EipTarget> target() const {
    if (kind == ViaKind::kPort) return EipTarget{TargetKind::kPort, name};
    if (kind == ViaKind::kHavip) return EipTarget{TargetKind::kHavip, name};
    return std::nullopt;
  }
  bool operator==(const RouteVia&) const = default;
};

// VPC, first address, length: in this order a VPC's routes lie together, each behind those that cover it.
using RouteKey = std::tuple<std::string, IpAddress, std::uint8_t>;

// Where packets of the VPC go whose destination lies in `to` and in no longer prefix.
struct Route {
  std::string vpc;
  IpPrefix to;
  RouteVia via = {};
  bool operator==(const Route&) const = default;
};

inline IpAddress first_address(const IpPrefix& prefix) {
  return std::visit([](const auto& held) { return IpAddress(held.first()); }, prefix);
}
inline IpAddress last_address(const IpPrefix& prefix) {
  return std::visit([](const auto& held) { return IpAddress(held.last()); }, prefix);
}

// What an object is found by among its kind.
template <class T>
const std::string& key_of(const T& object) {
  return object.name;
}
inline RouteKey key_of(const Route& route) {
  const auto length = std::visit([](const auto& held) { return held.length; }, route.to);
  return {route.vpc, first_address(route.to), length};
}
template <class T>
using KeyOf = std::remove_cvref_t<decltype(key_of(std::declval<const T&>()))>;

// The interface towards the provider network; at most one. A family has addresses and a gateway, or neither.
struct Uplink {
  std::string device;
  Mac mac;
  std::vector<Ipv4Interface> addresses = {};
  std::optional<Ipv4> gateway = std::nullopt;
  std::vector<Ipv6Interface> addresses6 = {};
  std::optional<Ipv6> gateway6 = std::nullopt;
  std::uint16_t mtu = 1500;
  std::uint16_t queues = 1;
  std::optional<std::string> interface = std::nullopt;  // of the kernel, for af_packet and af_xdp

  void add(const IpInterface& own) {
    if (const auto* own6 = std::get_if<Ipv6Interface>(&own)) {
      addresses6.push_back(*own6);
    } else {
      addresses.push_back(std::get<Ipv4Interface>(own));
    }
  }
  bool operator==(const Uplink&) const = default;
};

// The address of one family that a Port or Havip has.
template <class T>
std::optional<IpAddress> address_of(const T& member, Family family) {
  if (family == Family::kIpv4) return member.ipv4 ? std::optional<IpAddress>(*member.ipv4) : std::nullopt;
  return member.ipv6 ? std::optional<IpAddress>(*member.ipv6) : std::nullopt;
}

// All of them, IPv4 first.
template <class T>
std::vector<IpAddress> addresses_of(const T& member) {
  std::vector<IpAddress> addresses;
  for (const auto family : kFamilies) {
    if (const auto address = address_of(member, family)) addresses.push_back(*address);
  }
  return addresses;
}

template <class T>
using ByName = std::map<std::string, T, std::less<>>;
using Routes = std::map<RouteKey, Route>;

// Everything the operator has asked for, by name.
struct Objects {
  std::optional<Uplink> uplink;
  ByName<Vpc> vpcs;
  ByName<Subnet> subnets;
  ByName<Port> ports;
  ByName<Havip> havips;
  ByName<Eip> eips;
  Routes routes;
  LearnMode learn = LearnMode::kEnforce;  // of HAVIPs without a mode of their own
  bool operator==(const Objects&) const = default;
};

}  // namespace vipswitch::model
