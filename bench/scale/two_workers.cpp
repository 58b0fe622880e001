// Two workers of one switch with the same traffic, each on a core: what both forward by what one does alone.
// The floor is what the machine allows: the same of two switches that have nothing in common.

#include <atomic>
#include <chrono>
#include <pthread.h>
#include <rte_lcore.h>
#include <sched.h>
#include <thread>

#include "bench/micro/measured_way.h"
#include "bench/scale/scale.h"

namespace vipswitch::bench {
namespace {

std::vector<unsigned> usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<unsigned> cores;
  for (unsigned core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) cores.push_back(core);
  }
  return cores;
}

void pin_to(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

// Each on a core of its own at the same time; cycles a packet of each.
std::vector<double> run_together(const std::vector<Way*>& ways, const std::vector<unsigned>& cores,
                                 std::chrono::milliseconds time) {
  std::atomic<std::size_t> ready{0};
  std::atomic<bool> is_over{false};
  std::vector<double> cycles(ways.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < ways.size(); ++i) {
    threads.emplace_back([&, i] {
      pin_to(cores[i]);
      rte_thread_register();
      MeasuredWay measured(*ways[i]);
      for (std::size_t burst = 0; burst < ways[i]->bursts(); ++burst) measured.run_burst();
      measured.cycles().clear();
      ++ready;
      while (ready < ways.size()) {
      }
      while (!is_over.load(std::memory_order_relaxed)) measured.run_burst();
      cycles[i] = measured.cycles().median_of(kPackets);
      rte_thread_unregister();
    });
  }
  while (ready < ways.size()) std::this_thread::yield();
  std::this_thread::sleep_for(time);
  is_over = true;
  for (auto& thread : threads) thread.join();
  return cycles;
}

double rate(const std::vector<double>& cycles) {
  double sum = 0;
  for (const double each : cycles) sum += static_cast<double>(rte_get_tsc_hz()) / each / 1e6;
  return sum;
}

}  // namespace

void measure_two_workers(const Effort& effort) {
  const auto cores = usable_cores();
  require(cores.size() >= 2, "there are two cores");
  const std::chrono::milliseconds time(effort.is_small ? 50 : 1000);
  VpcWorld<Ipv4>::Size size = VpcWorld<Ipv4>::with_bound_eips(1000);
  VpcWorld<Ipv4> apart(size);
  size.workers = 2;
  VpcWorld<Ipv4> shared(size);
  const auto first = packets_to_eips(shared, shared.worker(0), kPackets);
  const auto second = packets_to_eips(shared, shared.worker(1), kPackets);
  const auto other = packets_to_eips(apart, apart.worker(), kPackets);
  for (unsigned round = 0; round < effort.rounds; ++round) {
    const double alone = (rate(run_together({first.get()}, cores, time)) +
                          rate(run_together({second.get()}, {cores[1]}, time))) /
                         2;
    const double both = rate(run_together({first.get(), second.get()}, cores, time));
    const double nothing_shared = rate(run_together({first.get(), other.get()}, cores, time));
    tell("scale.two_workers", both / alone, "x", nothing_shared / alone);
    tell("scale.two_workers.rate", both, "Mpps", alone);
  }
  for (const auto* way : {&first, &second, &other}) require((*way)->drops() == 0, "no packet is dropped");
}

}  // namespace vipswitch::bench
