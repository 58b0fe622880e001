#include "dataplane/tables.h"

#include <cstdio>

namespace vipswitch {
namespace {

struct TableName {
  TableName(const char* instance, const char* table) {
    std::snprintf(text, sizeof text, "%.12s_%.16s", instance, table);
  }
  char text[32];
};

}  // namespace

Tables::Tables(const TableCapacities& capacities, const char* instance)
    : endpoints(TableName(instance, "endpoints").text, capacities.endpoints),
      macs(TableName(instance, "macs").text, capacities.ports),
      eips(TableName(instance, "eips").text, capacities.eips),
      neighbours(TableName(instance, "neighbours").text, capacities.neighbours),
      ports(capacities.ports),
      subnets(capacities.subnets),
      vpcs(capacities.vpcs),
      eip_rows(make_rte_array<EipRow>("eip_rows", 2 * std::size_t{capacities.eips})),
      havips(capacities.havips) {}

Tables::Tables(const Tables& running, DryRun dry)
    : endpoints(running.endpoints, dry),
      macs(running.macs, dry),
      eips(running.eips, dry),
      neighbours(running.neighbours, dry),
      ports(running.ports, dry),
      subnets(running.subnets, dry),
      vpcs(running.vpcs, dry),
      uplink(running.uplink.load(std::memory_order_relaxed)),
      havips(running.havips.capacity(), Memory::kProcess) {}

bool Tables::is_valid() const noexcept {
  return endpoints.is_valid() && macs.is_valid() && eips.is_valid() && neighbours.is_valid() && eip_rows &&
         havips.is_valid();
}

}  // namespace vipswitch
