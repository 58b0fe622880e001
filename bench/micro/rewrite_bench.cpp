// rewrite.* and parse: one stage by itself on a burst.

#include "bench/micro/repeatable_burst.h"
#include "bench/micro/report.h"
#include "bench/micro/vpc_world.h"
#include "dataplane/rewrite.h"
#include "dataplane/stage/parse.h"

namespace vipswitch::bench {
namespace {

constexpr unsigned kBurst = 64;

struct OneBurst {
  VpcWorld<Ipv4> world{{1, 1}};
  RepeatableBurst burst{world.worker(), world.uplink(), kBurst,
                        std::vector<testing::Frame>(kBurst, world.from_internet(0))};
};

void parse(benchmark::State& state) {
  OneBurst one;
  CycleSamples samples;
  for (auto _ : state) {
    one.burst.reset();
    samples.measure([&] { stage::parse(one.world.worker(), one.burst.batch()); });
  }
  report(state, samples, kBurst);
}

void translate_destination(benchmark::State& state) {
  OneBurst one;
  const auto rewrite = AddressRewrite<Ipv4>::between(Ipv4(60, 0, 0, 0), Ipv4(10, 128, 0, 0));
  CycleSamples samples;
  for (auto _ : state) {
    one.burst.reset();
    stage::parse(one.world.worker(), one.burst.batch());
    samples.measure([&] {
      for (Packet& packet : one.burst.batch())
        benchmark::DoNotOptimize(translate(packet, Side::kDestination, rewrite));
    });
  }
  report(state, samples, kBurst);
}

BENCHMARK(parse)->Name("parse.ipv4_udp");
BENCHMARK(translate_destination)->Name("rewrite.udp");

}  // namespace
}  // namespace vipswitch::bench
