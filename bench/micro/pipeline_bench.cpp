// h1.*: the real pipeline over real mbufs, without a driver (design: performance, harness H1). Uniformly
// random EIPs.

#include <random>

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
  WorkerState& worker = world().vswitch().worker();
  CycleSamples samples;
  std::size_t next = 0;
  for (auto _ : state) {
    RepeatableBurst& burst = *bursts[next++ % bursts.size()];
    burst.reset();
    samples.measure([&] { run_pipeline(worker, burst.batch()); });
  }
  samples.report(state, burst_size);
  if (worker.counters.drops[static_cast<std::size_t>(DropReason::havip_no_owner)].get() != 0) {
    state.SkipWithError("packets were dropped");
  }
}

void eip_in(benchmark::State& state) {
  const auto burst_size = static_cast<unsigned>(state.range(0));
  std::mt19937 random(1);
  Bursts bursts;
  for (unsigned b = 0; b < kBursts / 2; ++b) {
    std::vector<testing::Frame> frames;
    for (unsigned i = 0; i < burst_size; ++i) frames.push_back(world().frame_in(random() % kEips));
    bursts.push_back(std::make_unique<RepeatableBurst>(world().vswitch(), "uplink", std::move(frames)));
  }
  run(state, bursts, burst_size);
}

void eip_out(benchmark::State& state) {
  const auto burst_size = static_cast<unsigned>(state.range(0));
  std::mt19937 random(2);
  Bursts bursts;
  for (unsigned b = 0; b < kBursts / 2; ++b) {
    const unsigned port = random() % (kEips / NatWorld::kEipsOfPort);
    std::vector<testing::Frame> frames;
    for (unsigned i = 0; i < burst_size; ++i) {
      frames.push_back(world().frame_out(port * NatWorld::kEipsOfPort + random() % NatWorld::kEipsOfPort));
    }
    const std::string name = NatWorld::port_of(port * NatWorld::kEipsOfPort);
    bursts.push_back(std::make_unique<RepeatableBurst>(world().vswitch(), name, std::move(frames)));
  }
  run(state, bursts, burst_size);
}

BENCHMARK(eip_in)->Name("h1.eip_in.1k")->Arg(1)->Arg(8)->Arg(32)->Arg(64)->Arg(128);
BENCHMARK(eip_out)->Name("h1.eip_out.1k")->Arg(1)->Arg(8)->Arg(32)->Arg(64)->Arg(128);

}  // namespace
}  // namespace vipswitch::bench
