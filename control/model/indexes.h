#pragma once

// What makes the rules cheap: unique values and "who uses it" questions over 100,000 objects in O(log n), and
// where each of so many asks, in O(1) where no order is needed.
// Derived from Objects alone; insert() and erase() keep them in step and check nothing. An object is inserted
// after and erased before those it names, because its VPC is found through them.

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "control/model/address_runs.h"
#include "control/model/families.h"
#include "control/model/objects.h"

namespace vipswitch::model {

// What lies where in one family of a VPC.
template <class Address>
struct AddressIndexes {
  std::map<Address, std::string> subnet_by_start;  // by first address; they do not overlap
  std::map<Address, EipTarget> holder_by_address;  // the port or HAVIP that has the address
  AddressRuns<Address> taken;                      // the same addresses
  std::map<Address, std::string> eip_by_address;   // of those bound to the VPC's ports and HAVIPs

  bool empty() const noexcept {
    return subnet_by_start.empty() && holder_by_address.empty() && eip_by_address.empty();
  }
  bool operator==(const AddressIndexes&) const = default;
};

struct VpcIndexes {
  AddressIndexes<Ipv4> ipv4;
  AddressIndexes<Ipv6> ipv6;
  bool operator==(const VpcIndexes&) const = default;
};

using TargetOfFamily = std::tuple<TargetKind, std::string, Family>;

struct Indexes {
  std::map<Vni, std::string> vpc_by_vni;
  std::unordered_map<std::string, VpcIndexes> vpcs;
  std::map<std::pair<std::string, Mac>, std::string> port_by_vpc_mac;
  std::map<std::string, std::string> primary_by_instance;  // instance -> its port with the primary vNIC
  std::map<std::string, std::string> port_by_device;       // device_key() -> port, or kUplinkName
  std::unordered_map<std::string, unsigned> havip_count_by_subnet;
  std::map<std::pair<std::string, Mac>, std::string> havip_by_subnet_mac;  // those with IPv6, by stable MAC
  std::set<std::pair<std::string, std::string>> port_havips;  // (port, HAVIP) bound to each other
  std::unordered_map<IpAddress, std::string> eip_by_address;
  std::map<TargetOfFamily, std::string> eip_by_target;  // often asked in its order, which the cache likes

  std::map<std::string, std::size_t> route_count_by_vpc;
  std::set<std::tuple<TargetKind, std::string, RouteKey>> routes_by_next_hop;  // (kind, name, route)

  // Makes room for what comes of them.
  void reserve(const Objects& coming);

  void insert(const Objects& objects, const Vpc& vpc);
  void insert(const Objects& objects, const Subnet& subnet);
  void insert(const Objects& objects, const Port& port);
  void insert(const Objects& objects, const Havip& havip);
  void insert(const Objects& objects, const Eip& eip);
  void insert(const Objects& objects, const Route& route);
  void insert(const Objects& objects, const Uplink& uplink);

  void erase(const Objects& objects, const Vpc& vpc);
  void erase(const Objects& objects, const Subnet& subnet);
  void erase(const Objects& objects, const Port& port);
  void erase(const Objects& objects, const Havip& havip);
  void erase(const Objects& objects, const Eip& eip);
  void erase(const Objects& objects, const Route& route);
  void erase(const Objects& objects, const Uplink& uplink);

  // Of a VPC that exists.
  template <class Address>
  const AddressIndexes<Address>& of_vpc(const std::string& vpc) const {
    return part_of<Address>(vpcs.find(vpc)->second);
  }

  bool operator==(const Indexes&) const = default;
};

// The uplink stands in indexes and in `show port` under this name, so no port may have it.
inline constexpr char kUplinkName[] = "uplink";

// The VPC of a port or HAVIP that exists.
const std::string& vpc_of(const Objects& objects, const EipTarget& target);

}  // namespace vipswitch::model
