#include "dataplane/tables.h"

#include <cstdio>

namespace vipswitch {
namespace {

struct TableName {
  TableName(const char* instance, const char* table, const char* family = "") {
    std::snprintf(text, sizeof text, "%.12s_%.10s%.4s", instance, table, family);
  }
  char text[32];
};

}  // namespace

template <class Address>
AddressTables<Address>::AddressTables(const TableCapacities& capacities, const char* instance,
                                      const char* family)
    : endpoints(TableName(instance, "endpoints", family).text, capacities.endpoints),
      eips(TableName(instance, "eips", family).text, capacities.eips),
      neighbours(TableName(instance, "neighbours", family).text, capacities.neighbours) {}

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
    : ipv4(capacities, instance, "4"),
      ipv6(capacities, instance, "6"),
      macs(TableName(instance, "macs").text, capacities.ports + capacities.havips),
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
