#pragma once

// What is published: for each object of the model its id in the tables, the model value the tables follow,
// and the links that rows are built from. Written by TablePublisher alone; read by whoever turns ids into
// names or names into ids. Control thread only.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/objects.h"
#include "control/text/no_such_port.h"
#include "dataplane/havip_table.h"
#include "dataplane/rate_limiter.h"
#include "vipswitch/ids.h"
#include "vipswitch/result.h"

namespace vipswitch {

template <class T>
using Entries = std::map<std::string, T, std::less<>>;

struct VpcEntry {
  VpcId id;
  model::Vpc spec;
  std::set<std::string> subnets;
  model::Routes routes = {};
};

struct SubnetEntry {
  SubnetId id;
  model::Subnet spec;
  std::set<std::string> ports = {};
  std::unique_ptr<HavipGroups> groups = std::make_unique<HavipGroups>();
  const VpcEntry* vpc = nullptr;  // whose name `spec` has
};

// An EIP as the ports that send by it see it.
template <class Address>
struct MemberEip {
  Address address;
  RateLimiter* rate_out;
};

// The EIPs of a port's own addresses, or of a HAVIP's.
struct MemberEips {
  std::optional<MemberEip<Ipv4>> ipv4;
  std::optional<MemberEip<Ipv6>> ipv6;
};

struct PortEntry {
  PortId id;
  model::Port spec;
  std::uint16_t mtu = 0;                 // of its device
  std::unique_ptr<RateLimiter> rate;     // null: none
  std::vector<std::string> havips = {};  // bound ones, in the order of binding
  MemberEips eips = {};
  std::unique_ptr<SpokenGroups> spoken = {};  // null until a HAVIP is bound
};

// One virtual address to the tables: a row, an owner word and an election.
struct HavipSlot {
  HavipId id;
  Steering steering = {};  // what its home worker was told
  bool is_open = false;    // workers can reach it
};

// A HAVIP has a slot for each address.
struct HavipSlots {
  std::optional<HavipSlot> ipv4;
  std::optional<HavipSlot> ipv6;

  std::optional<HavipSlot>& of(Family family) noexcept { return family == Family::kIpv6 ? ipv6 : ipv4; }
  const std::optional<HavipSlot>& of(Family family) const noexcept {
    return family == Family::kIpv6 ? ipv6 : ipv4;
  }
};

struct HavipEntry {
  model::Havip spec;
  HavipSlots slots = {};
  MemberEips eips = {};
  const SubnetEntry* subnet = nullptr;  // whose name `spec` has

  // Calls `visit(family, slot)` for each, IPv4 first.
  template <class Visit>
  void for_each_slot(Visit&& visit) const {
    for (const auto family : kFamilies) {
      if (const auto& slot = slots.of(family)) visit(family, *slot);
    }
  }
};

// Whose slot it is.
struct SlotHolder {
  std::string havip;
  Family family;
};

struct EipEntry {
  model::Eip spec;
  std::unique_ptr<RateLimiter> rate_in, rate_out;  // null: none
};

struct UplinkEntry {
  PortId id;
  model::Uplink spec;
  std::uint16_t mtu = 0;  // the least of what the model and the device say
};

inline constexpr std::string_view kUplinkName = "uplink";

struct Registry {
  Entries<VpcEntry> vpcs;
  Entries<SubnetEntry> subnets;
  Entries<PortEntry> ports;
  Entries<HavipEntry> havips;
  Entries<EipEntry> eips;
  std::optional<UplinkEntry> uplink;
  LearnMode learn = LearnMode::kEnforce;

  std::map<PortId, std::string> port_names;  // without the uplink
  std::map<HavipId, SlotHolder> slot_holders;

  // Of a port or of the uplink. Errors: not_found.
  Result<PortId> find_port(std::string_view name) const {
    if (uplink && name == kUplinkName) return uplink->id;
    const auto found = ports.find(name);
    if (found == ports.end()) return text::no_such_port(name);
    return found->second.id;
  }

  // Empty if there is none.
  std::string port_name(PortId id) const {
    const auto found = port_names.find(id);
    return found == port_names.end() ? std::string() : found->second;
  }
};

}  // namespace vipswitch
