#pragma once

// How the micro benchmarks measure: TSC cycles around the work alone, one sample a batch; the median of the
// samples is reported as the counter "cycles" (per packet, key or advert), which a noisy machine disturbs
// least.

#include <benchmark/benchmark.h>
#include <cstdint>
#include <rte_cycles.h>
#include <vector>

namespace vipswitch::bench {

class CycleSamples {
 public:
  CycleSamples() { samples_.reserve(1 << 20); }

  template <class Work>
  void measure(Work&& work) {
    const std::uint64_t begin = rte_rdtsc_precise();
    work();
    samples_.push_back(rte_rdtsc_precise() - begin);
  }

  // The counters "cycles" and "cycles_min", each per unit of work, `units` of them in a sample. What an empty
  // measurement costs is taken off.
  void report(benchmark::State& state, std::size_t units);
  // The median alone.
  double median_of(std::size_t units);

 private:
  std::vector<std::uint64_t> samples_;
};

}  // namespace vipswitch::bench
