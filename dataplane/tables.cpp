#include "dataplane/tables.h"

#include <algorithm>
#include <cstdio>
#include <type_traits>

namespace vipswitch {
namespace {

struct TableName {
  TableName(const char* instance, const char* table, const char* family = "") {
    std::snprintf(text, sizeof text, "%.12s_%.10s%.4s", instance, table, family);
  }
  char text[32];
};

template <class Address>
constexpr bool kIsIpv6 = std::is_same_v<Address, Ipv6>;
template <class Address>
constexpr const char* kFamilyName = kIsIpv6<Address> ? "6" : "4";

// Every port may change its MAC at once. No more HAVIPs of IPv6 than there are places for their addresses
// have a MAC of their own.
std::uint32_t mac_capacity(const TableCapacities& capacities) noexcept {
  return 2 * capacities.ports + std::min(capacities.havips, capacities.endpoints6);
}

}  // namespace

template <class Address>
AddressTables<Address>::AddressTables(const TableCapacities& capacities, const char* instance)
    : endpoints(TableName(instance, "endpoints", kFamilyName<Address>).text,
                kIsIpv6<Address> ? capacities.endpoints6 : capacities.endpoints),
      eips(TableName(instance, "eips", kFamilyName<Address>).text,
           kIsIpv6<Address> ? capacities.eips6 : capacities.eips),
      neighbours(TableName(instance, "neighbours", kFamilyName<Address>).text, capacities.neighbours) {}

template <class Address>
AddressTables<Address>::AddressTables(const AddressTables& running, DryRun dry)
    : endpoints(running.endpoints, dry),
      eips(running.eips, dry),
      neighbours(running.neighbours, dry),
      eip_filter(running.eip_filter, dry) {}

template <class Address>
bool AddressTables<Address>::is_valid() const noexcept {
  return endpoints.is_valid() && eips.is_valid() && neighbours.is_valid();
}

template struct AddressTables<Ipv4>;
template struct AddressTables<Ipv6>;

Tables::Tables(const TableCapacities& capacities, const char* instance)
    : ipv4(capacities, instance),
      ipv6(capacities, instance),
      macs(TableName(instance, "macs").text, mac_capacity(capacities)),
      ports(capacities.ports),
      subnets(capacities.subnets),
      vpcs(capacities.vpcs),
      havips(capacities.havips) {}

Tables::Tables(const Tables& running, DryRun dry)
    : ipv4(running.ipv4, dry),
      ipv6(running.ipv6, dry),
      macs(running.macs, dry),
      ports(running.ports, dry),
      subnets(running.subnets, dry),
      vpcs(running.vpcs, dry),
      uplink(running.uplink.load(std::memory_order_relaxed)),
      havips(running.havips.capacity(), Memory::kProcess) {}

bool Tables::is_valid() const noexcept {
  return ipv4.is_valid() && ipv6.is_valid() && macs.is_valid() && havips.is_valid();
}

}  // namespace vipswitch
