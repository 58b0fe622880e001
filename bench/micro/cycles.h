#pragma once

// How the micro benchmarks measure: TSC cycles around the work alone, one sample a batch; the median of the
// samples is what a noisy machine disturbs least. Times are per packet, key or advert.

#include <cstddef>
#include <cstdint>
#include <rte_cycles.h>
#include <vector>

namespace vipswitch::bench {

// How many cycles the core makes in one of the TSC, at best: a chain of rotations and exclusive ors, each of
// which takes one cycle, measured by the TSC. Figures of two machines, or a goal set on another, are
// comparable by it.
double core_cycles_in_tsc_cycle();

class CycleSamples {
 public:
  CycleSamples() { samples_.reserve(1 << 20); }

  template <class Work>
  void measure(Work&& work) {
    const std::uint64_t begin = rte_rdtsc_precise();
    work();
    samples_.push_back(rte_rdtsc_precise() - begin);
  }

  // Per unit of work, `units` of them in a sample. What an empty measurement costs is taken off. There are
  // samples.
  double median_of(std::size_t units);
  double least_of(std::size_t units) const;
  // All of them.
  double sum() const;
  bool empty() const noexcept { return samples_.empty(); }
  void clear() noexcept { samples_.clear(); }

 private:
  std::vector<std::uint64_t> samples_;
};

}  // namespace vipswitch::bench
