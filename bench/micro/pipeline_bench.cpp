// h1.*: the real pipeline over real mbufs, without a driver (design: performance, harness H1). Uniformly
// random EIPs.

#include <memory>
#include <random>
#include <vector>

#include "bench/micro/cycles.h"
#include "bench/micro/nat_world.h"
#include "dataplane/pipeline.h"

namespace vipswitch::bench {
namespace {

constexpr unsigned kEips = 1000;
constexpr unsigned kBursts = 64;

NatWorld& world() {
  static NatWorld instance(kEips);
  return instance;
}

using Bursts = std::vector<std::unique_ptr<RepeatableBurst>>;

void run(benchmark::State& state, Bursts& bursts, unsigned burst_size) {
  WorkerState& worker = world().worker();
  CycleSamples samples;
  std::size_t next = 0;
  for (auto _ : state) {
    RepeatableBurst& burst = *bursts[next++ % bursts.size()];
    samples.measure([&] { run_pipeline(worker, burst.batch()); });
    burst.reset();
  }
  samples.report(state, burst_size);
  for (const Counter& drops : worker.counters.drops) {
    if (drops.get() != 0) return state.SkipWithError("packets were dropped");
  }
}

void eip_in(benchmark::State& state) {
  const auto burst_size = static_cast<unsigned>(state.range(0));
  std::uniform_int_distribution<unsigned> any_eip(0, kEips - 1);
  std::mt19937 random(1);
  Bursts bursts;
  for (unsigned b = 0; b < kBursts / 2; ++b) {
    std::vector<testing::Frame> frames;
    for (unsigned i = 0; i < burst_size; ++i) frames.push_back(world().frame_in(any_eip(random)));
    bursts.push_back(
        std::make_unique<RepeatableBurst>(world().worker(), world().uplink(), std::move(frames)));
  }
  run(state, bursts, burst_size);
}

void eip_out(benchmark::State& state) {
  const auto burst_size = static_cast<unsigned>(state.range(0));
  std::uniform_int_distribution<unsigned> any_port(0, kEips / NatWorld::kEipsOfPort - 1);
  std::uniform_int_distribution<unsigned> any_of_port(0, NatWorld::kEipsOfPort - 1);
  std::mt19937 random(2);
  Bursts bursts;
  for (unsigned b = 0; b < kBursts / 2; ++b) {
    const unsigned port = any_port(random);
    std::vector<testing::Frame> frames;
    for (unsigned i = 0; i < burst_size; ++i) {
      frames.push_back(world().frame_out(port * NatWorld::kEipsOfPort + any_of_port(random)));
    }
    const PortRow& ingress = world().port_of(port * NatWorld::kEipsOfPort);
    bursts.push_back(std::make_unique<RepeatableBurst>(world().worker(), ingress, std::move(frames)));
  }
  run(state, bursts, burst_size);
}

BENCHMARK(eip_in)->Name("h1.eip_in.1k")->Arg(1)->Arg(8)->Arg(32)->Arg(64)->Arg(128);
BENCHMARK(eip_out)->Name("h1.eip_out.1k")->Arg(1)->Arg(8)->Arg(32)->Arg(64)->Arg(128);

}  // namespace
}  // namespace vipswitch::bench
