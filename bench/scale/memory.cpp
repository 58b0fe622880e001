// Bytes of an object in all tables: what is allocated more when they have room for a million of it instead of
// for a few. `.control` is what control holds beside that of each in the heap: the model, its indexes, rows.

#include <fmt/format.h>
#include <malloc.h>
#include <rte_malloc.h>

#include "bench/scale/scale.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

constexpr std::uint32_t kFew = 64;

double heap_bytes() {
  const auto info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

// Of EAL's heap and the process's.
double allocated_bytes() {
  rte_malloc_socket_stats stats{};
  require(rte_malloc_get_socket_stats(static_cast<int>(rte_socket_id()), &stats) == 0, "EAL knows its heap");
  return static_cast<double>(stats.heap_allocsz_bytes) + heap_bytes();
}

double table_bytes(std::uint32_t TableCapacities::*kind, std::uint32_t count) {
  TableCapacities capacities{.eips = kFew,
                             .eips6 = kFew,
                             .havips = kFew,
                             .endpoints = kFew,
                             .endpoints6 = kFew,
                             .ports = kFew,
                             .subnets = kFew,
                             .vpcs = kFew,
                             .neighbours = kFew};
  capacities.*kind = count;
  const double before = allocated_bytes();
  const auto tables = std::make_unique<Tables>(capacities, "scale");
  require(tables->is_valid(), "there is memory for the tables");
  return allocated_bytes() - before;
}

void tell_tables(std::string_view id, std::uint32_t TableCapacities::*kind, std::uint32_t count) {
  const double more = table_bytes(kind, count) - table_bytes(kind, kFew);
  tell(id, more / (count - kFew), "bytes");
}

// So many HAVIPs in as many VPCs as a thousandth of them, each with an EIP if there are to be any.
model::Objects objects_with(std::uint32_t havips, bool has_eips) {
  constexpr std::uint32_t kOfVpc = 1000;
  model::Objects objects;
  for (std::uint32_t i = 0; i < havips; ++i) {
    const std::string vpc = fmt::format("vpc{}", i / kOfVpc), subnet = fmt::format("subnet{}", i / kOfVpc);
    if (i % kOfVpc == 0) {
      objects.vpcs[vpc] = {vpc, Vni(1 + i / kOfVpc)};
      objects.subnets[subnet] = {.name = subnet,
                                 .vpc = vpc,
                                 .ipv4 = Ipv4Prefix{Ipv4(10, 0, 0, 0), 16},
                                 .gateway = Ipv4(10, 0, 0, 1),
                                 .havip_quota = kOfVpc};
    }
    const std::string havip = fmt::format("havip{}", i), eip = fmt::format("eip{}", i);
    const Ipv4 inner = Ipv4::from_host(Ipv4(10, 0, 1, 0).host() + i % kOfVpc);
    objects.havips[havip] = {.name = havip, .subnet = subnet, .ipv4 = inner, .ipv6 = {}};
    if (!has_eips) continue;
    const Ipv4 outer = Ipv4::from_host(Ipv4(60, 0, 0, 0).host() + i);
    objects.eips[eip] = {eip, outer, model::EipTarget{model::TargetKind::kHavip, havip}};
  }
  return objects;
}

// What the heap holds more when so many are in force.
double control_bytes(std::uint32_t havips, bool has_eips) {
  Settings settings = testing::InProcessSwitch::small_settings();
  settings.tables.eips = settings.tables.havips = settings.tables.endpoints = 2 * havips;
  settings.tables.vpcs = settings.tables.subnets = 1000;
  testing::InProcessSwitch vswitch(settings);
  const double before = heap_bytes();
  {
    const model::Objects objects = objects_with(havips, has_eips);
    const auto applied = vswitch.service().apply(objects);
    require(applied.ok(), applied ? "" : applied.error().message);
  }
  vswitch.settle();
  return heap_bytes() - before;
}

}  // namespace

void measure_memory(const Effort& effort) {
  const std::uint32_t many = effort.is_small ? 10'000 : 1'000'000;
  tell_tables("mem.havip", &TableCapacities::havips, many);
  tell_tables("mem.eip", &TableCapacities::eips, many);
  tell_tables("mem.eip6", &TableCapacities::eips6, many);
  tell_tables("mem.endpoint", &TableCapacities::endpoints, many);
  tell_tables("mem.endpoint6", &TableCapacities::endpoints6, many);
  const std::uint32_t in_force = effort.is_small ? 1'000 : 100'000;
  const double havips = control_bytes(in_force, false), with_eips = control_bytes(in_force, true);
  tell("mem.havip.control", havips / in_force, "bytes");
  tell("mem.eip.control", (with_eips - havips) / in_force, "bytes");
}

}  // namespace vipswitch::bench
