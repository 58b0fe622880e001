// h1.* and learn.*: the real pipeline over real mbufs, without a driver (harness H1 of docs/performance.md),
// in bursts of 1 to 128.

#include <cstdint>

#include "bench/micro/measured_way.h"
#include "bench/micro/report.h"

namespace vipswitch::bench {
namespace {

void run(benchmark::State& state, const WayEntry& entry) {
  const auto way = entry.make(static_cast<unsigned>(state.range(0)));
  const std::uint64_t drops_before = way->drops();
  MeasuredWay measured(*way);
  for (auto _ : state) measured.run_burst();
  report(state, measured.cycles(), way->packets());
  state.counters["floor"] = measured.floor().median_of(way->packets());
  if (way->delivers_all() && way->drops() != drops_before) state.SkipWithError("packets were dropped");
}

const bool kIsRegistered = [] {
  for (const WayEntry& entry : all_ways()) {
    auto* bench =
        benchmark::RegisterBenchmark(entry.id, [&entry](benchmark::State& state) { run(state, entry); });
    for (const int burst : {1, 8, 32, 64, 128}) bench->Arg(burst);
  }
  return true;
}();

}  // namespace
}  // namespace vipswitch::bench
