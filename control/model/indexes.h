#pragma once

// What makes the rules cheap: unique values and "who uses it" questions over 100,000 objects in O(log n).
// Derived from Objects alone; insert() and erase() keep them in step and check nothing. An object is inserted
// after and erased before those it names, because its VPC is found through them.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "control/model/address_runs.h"
#include "control/model/objects.h"

namespace vipswitch::model {

using InVpc = std::pair<std::string, IpAddress>;  // (VPC, address)

// The taken addresses of a VPC.
struct TakenAddresses {
  AddressRuns<Ipv4> ipv4;
  AddressRuns<Ipv6> ipv6;

  bool empty() const noexcept { return ipv4.empty() && ipv6.empty(); }
  bool operator==(const TakenAddresses&) const = default;
};

struct Indexes {
  std::map<Vni, std::string> vpc_by_vni;
  std::map<InVpc, std::string>
      subnet_by_start;  // by first address, one a family; those of a VPC do not overlap
  std::map<InVpc, EipTarget> holder_by_address;           // the port or HAVIP that has the address
  std::map<std::string, TakenAddresses> taken_addresses;  // the same addresses, by VPC
  std::map<std::pair<std::string, Mac>, std::string> port_by_vpc_mac;
  std::map<std::string, std::string> primary_by_instance;  // instance -> its port with the primary vNIC
  std::map<std::string, std::string> port_by_device;       // device_key() -> port, or kUplinkName
  std::map<std::string, unsigned> havip_count_by_subnet;
  std::map<std::pair<std::string, Mac>, std::string> havip_by_subnet_mac;  // those with IPv6, by stable MAC
  std::set<std::pair<std::string, std::string>> port_havips;  // (port, HAVIP) bound to each other
  std::map<IpAddress, std::string> eip_by_address;
  std::map<std::tuple<TargetKind, std::string, Family>, std::string> eip_by_target;
  std::map<InVpc, std::string> eip_by_vpc_address;  // bound EIPs, by the VPC of their target

  std::map<std::string, std::size_t> route_count_by_vpc;
  std::set<std::tuple<TargetKind, std::string, RouteKey>> routes_by_next_hop;  // (kind, name, route)

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

  bool operator==(const Indexes&) const = default;

 private:
  void take_addresses(const std::string& vpc, const std::vector<IpAddress>& addresses,
                      const EipTarget& holder);
  void free_addresses(const std::string& vpc, const std::vector<IpAddress>& addresses);
};

// The uplink stands in indexes and in `show port` under this name, so no port may have it.
inline constexpr char kUplinkName[] = "uplink";

// The VPC of a port or HAVIP that exists.
const std::string& vpc_of(const Objects& objects, const EipTarget& target);

}  // namespace vipswitch::model
