#pragma once

// The counters "cycles" (the median) and "cycles_min" of a benchmark.

#include <benchmark/benchmark.h>

#include "bench/micro/cycles.h"

namespace vipswitch::bench {

// Per unit of work, `units` of them in a sample.
inline void report(benchmark::State& state, CycleSamples& samples, std::size_t units) {
  if (samples.empty()) return;
  state.counters["cycles"] = samples.median_of(units);
  state.counters["cycles_min"] = samples.least_of(units);
}

}  // namespace vipswitch::bench
