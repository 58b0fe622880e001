#include "bench/micro/cycles.h"

#include <algorithm>
#include <atomic>
#include <bit>

namespace vipswitch::bench {
namespace {

std::uint64_t median(std::vector<std::uint64_t>& samples) {
  const auto middle = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 2);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

std::uint64_t empty_measurement() {
  std::vector<std::uint64_t> samples;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t begin = rte_rdtsc_precise();
    samples.push_back(rte_rdtsc_precise() - begin);
  }
  return median(samples);
}

std::uint64_t cycles_of_work(std::uint64_t cycles) {
  static const std::uint64_t overhead = empty_measurement();
  return cycles > overhead ? cycles - overhead : 0;
}

std::atomic<std::uint64_t> worked_out;  // so that it is

// Links of two cycles.
[[gnu::noinline]] void work_in_a_chain(unsigned links) {
  std::uint64_t value = 3;
  for (unsigned i = 0; i < links; ++i) value = std::rotl(value, 5) ^ i;
  worked_out.store(value, std::memory_order_relaxed);
}

}  // namespace

double core_cycles_in_tsc_cycle() {
  constexpr unsigned kChains = 200, kLinks = 100'000, kCyclesOfLink = 2;
  std::uint64_t least = UINT64_MAX;
  for (unsigned i = 0; i < kChains; ++i) {
    const std::uint64_t begin = rte_rdtsc_precise();
    work_in_a_chain(kLinks);
    least = std::min(least, rte_rdtsc_precise() - begin);
  }
  return static_cast<double>(kLinks * kCyclesOfLink) / static_cast<double>(least);
}

double CycleSamples::median_of(std::size_t units) {
  return static_cast<double>(cycles_of_work(median(samples_))) / static_cast<double>(units);
}

double CycleSamples::least_of(std::size_t units) const {
  const std::uint64_t least = *std::min_element(samples_.begin(), samples_.end());
  return static_cast<double>(cycles_of_work(least)) / static_cast<double>(units);
}

double CycleSamples::sum() const {
  double sum = 0;
  for (const std::uint64_t cycles : samples_) sum += static_cast<double>(cycles_of_work(cycles));
  return sum;
}

}  // namespace vipswitch::bench
