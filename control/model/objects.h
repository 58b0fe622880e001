#pragma once

// The tenant's world as the operator writes it (design: architecture 1): plain values that name each other.
// Names are the keys of the shell, the configuration file and the API. What a value must satisfy by itself
// and between objects is checked in model.h; nothing here knows tables or DPDK.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"

namespace vipswitch::model {

struct Vpc {
  std::string name;
  Vni vni;
  bool operator==(const Vpc&) const = default;
};

inline constexpr unsigned kDefaultHavipQuota = 10;

struct Subnet {
  std::string name;
  std::string vpc;
  Ipv4Prefix ipv4;
  Ipv4 gateway;
  unsigned havip_quota = kDefaultHavipQuota;
  bool operator==(const Subnet&) const = default;
};

enum class Nic : std::uint8_t { kPrimary, kSecondary };

// One vNIC of an instance (VM).
struct Port {
  std::string name;
  std::string instance;
  Nic nic = Nic::kPrimary;
  std::string subnet;
  Mac mac;
  Ipv4 ipv4;
  std::string device;        // DPDK device arguments, e.g. "net_af_packet1,iface=sw-vm1"
  std::uint16_t queues = 1;  // rx queues asked for; the device may give fewer
  bool operator==(const Port&) const = default;
};

inline constexpr std::size_t kMaxHavipPorts = 10;  // ports bound to one HAVIP
inline constexpr std::size_t kMaxPortHavips = 16;  // HAVIPs bound to one port

struct Havip {
  std::string name;
  std::string subnet;
  Ipv4 ipv4;                                      // 0.0.0.0 in a request: allocate one
  std::vector<std::string> ports;                 // bound ports; order is the order of binding
  std::optional<std::string> pin = std::nullopt;  // the bound port that the operator made its owner
  std::optional<LearnMode> learn = std::nullopt;  // where it differs from Objects::learn
  bool operator==(const Havip&) const = default;
};

enum class TargetKind : std::uint8_t { kHavip, kPort };

struct EipTarget {
  TargetKind kind = TargetKind::kHavip;
  std::string name;
  bool operator==(const EipTarget&) const = default;
};

struct Eip {
  std::string name;
  Ipv4 ipv4;
  std::optional<EipTarget> target;
  bool operator==(const Eip&) const = default;
};

// The interface towards the provider network; at most one.
struct Uplink {
  std::string device;
  Mac mac;
  std::vector<Ipv4Interface> addresses;
  Ipv4 gateway;
  std::uint16_t mtu = 1500;
  std::uint16_t queues = 1;
  bool operator==(const Uplink&) const = default;
};

template <class T>
using ByName = std::map<std::string, T, std::less<>>;

// Everything the operator has asked for, by name.
struct Objects {
  std::optional<Uplink> uplink;
  ByName<Vpc> vpcs;
  ByName<Subnet> subnets;
  ByName<Port> ports;
  ByName<Havip> havips;
  ByName<Eip> eips;
  LearnMode learn = LearnMode::kEnforce;  // of HAVIPs without a mode of their own
  bool operator==(const Objects&) const = default;
};

}  // namespace vipswitch::model
