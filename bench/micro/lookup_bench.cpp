// lookup.*: cycles a key of the EIP table, uniformly random keys in bulk.

#include <random>

#include "bench/micro/report.h"
#include "dataplane/tables.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

void lookup(benchmark::State& state) {
  using Table = EipTable<Ipv4>;
  constexpr unsigned kBulk = 64;
  const testing::InProcessSwitch eal;
  const auto size = static_cast<std::uint32_t>(state.range(0));
  Table table("bench_lookup", size);
  if (!table.is_valid()) return state.SkipWithError("no memory");
  for (std::uint32_t i = 0; i < size; ++i)
    table.put({.address = Ipv4::from_host(0xcb000000 + i), .inner = {}, .vpc = {}, .target = {}});
  std::minstd_rand random(3);
  std::vector<Ipv4> keys(1 << 16);
  for (auto& key : keys) key = Ipv4::from_host(0xcb000000 + static_cast<std::uint32_t>(random()) % size);
  Table::Probe probes[kBulk];
  const Table::Row* rows[kBulk];
  std::size_t next = 0;
  CycleSamples samples;
  for (auto _ : state) {
    samples.measure([&] {
      for (unsigned i = 0; i < kBulk; ++i) probes[i] = table.probe(keys[next + i]);
      for (unsigned i = 0; i < kBulk; ++i) rows[i] = table.candidate(probes[i]);
      for (unsigned i = 0; i < kBulk; ++i) rows[i] = table.row(keys[next + i], *rows[i]);
    });
    benchmark::DoNotOptimize(rows);
    next = (next + kBulk) % keys.size();
  }
  report(state, samples, kBulk);
}

BENCHMARK(lookup)->Name("lookup.eip")->Arg(1000)->Arg(64 * 1024)->Arg(1000 * 1000);

}  // namespace
}  // namespace vipswitch::bench
