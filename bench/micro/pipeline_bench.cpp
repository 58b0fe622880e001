// h1.* and learn.*: the real pipeline over real mbufs, without a driver (harness H1 of docs/performance.md),
// in bursts of 1 to 128.

#include <cstdint>
#include <cstring>
#include <string>

#include "bench/micro/cycles.h"
#include "bench/micro/ways.h"
#include "dataplane/pipeline.h"

namespace vipswitch::bench {
namespace {

// What no switch can do without: a look at each mbuf and the first line of its frame.
void touch(RepeatableBurst& burst) {
  std::uint64_t sum = 0;
  for (const rte_mbuf* mbuf : burst.mbufs()) {
    std::uint64_t word;
    std::memcpy(&word, rte_pktmbuf_mtod(mbuf, const void*), sizeof word);
    sum += word + mbuf->data_len;
  }
  benchmark::DoNotOptimize(sum);
}

// The floor is taken in alternation, of a burst that was used as long ago as the one that is run.
void run(benchmark::State& state, const WayEntry& entry) {
  const auto way = entry.make(static_cast<unsigned>(state.range(0)));
  const std::uint64_t drops_before = way->drops();
  CycleSamples samples, floor;
  std::size_t next = 0;
  for (auto _ : state) {
    way->before_burst();
    floor.measure([&] { touch(way->burst(next + way->bursts() / 2)); });
    RepeatableBurst& burst = way->burst(next++);
    samples.measure([&] { run_pipeline(way->worker(), burst.batch()); });
    burst.reset();
  }
  samples.report(state, way->packets());
  state.counters["floor"] = floor.median_of(way->packets());
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
