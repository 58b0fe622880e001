// learn.*: what an advert costs, in the election alone and through the whole pipeline.

#include "bench/micro/cycles.h"
#include "bench/micro/nat_world.h"
#include "dataplane/owner/election.h"
#include "dataplane/owner/vrrp.h"
#include "dataplane/pipeline.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
using testing::InProcessSwitch;
using testing::PacketBuilder;
using testing::ShopWorld;

Frame advert_frame() {
  return PacketBuilder()
      .ethernet({.destination = Mac(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12), .source = ShopWorld::kVm1})
      .ipv4(testing::vrrp_ipv4(ShopWorld::kVm1Ip))
      .vrrp2({.vrid = 51, .priority = 150, .addresses = {ShopWorld::kFront}})
      .build();
}

// A batch of adverts is measured, a millisecond apart: nothing changes but the time of the last one.
void election_advert(benchmark::State& state) {
  constexpr unsigned kAdverts = 64;
  owner::Election election;
  election.bind(PortId(1), owner::LinkState::kUp, 0);
  election.bind(PortId(2), owner::LinkState::kUp, 0);
  const owner::AdvertEvidence evidence{ShopWorld::kVm1Ip, 1000, 150, 51, owner::Delivery::port_mac()};
  TimeMs now = 0;
  CycleSamples samples;
  for (auto _ : state) {
    samples.measure([&] {
      for (unsigned i = 0; i < kAdverts; ++i)
        benchmark::DoNotOptimize(election.advert(PortId(1), evidence, ++now));
    });
  }
  samples.report(state, kAdverts);
}

void parse_advert(benchmark::State& state) {
  constexpr unsigned kAdverts = 64;
  const Frame frame = advert_frame();
  const owner::VrrpPacket<Ipv4> packet{
      ShopWorld::kVm1Ip, wire::kVrrpGroup, 255, wire::kProtoVrrp,
      std::span(frame).subspan(sizeof(wire::Ethernet) + sizeof(wire::Ipv4Header))};
  CycleSamples samples;
  for (auto _ : state) {
    samples.measure([&] {
      for (unsigned i = 0; i < kAdverts; ++i) {
        owner::VrrpAdvert<Ipv4> advert;
        benchmark::DoNotOptimize(owner::parse_vrrp(packet, advert));
        benchmark::DoNotOptimize(advert);
      }
    });
  }
  samples.report(state, kAdverts);
}

// The advert's whole way, its copy to the other member included.
void pipeline_advert(benchmark::State& state) {
  constexpr unsigned kAdverts = 32;
  InProcessSwitch vswitch;
  ShopWorld::build(vswitch);
  Batch probe;
  vswitch.fill(probe, "vm1-eth0", {});
  RepeatableBurst burst(vswitch.worker(), *probe.ingress, std::vector<Frame>(kAdverts, advert_frame()));
  CycleSamples samples;
  for (auto _ : state) {
    samples.measure([&] { run_pipeline(vswitch.worker(), burst.batch()); });
    burst.reset();
  }
  samples.report(state, kAdverts);
}

BENCHMARK(election_advert)->Name("learn.election_per_advert");
BENCHMARK(parse_advert)->Name("learn.parse_per_advert");
BENCHMARK(pipeline_advert)->Name("learn.pipeline_per_advert");

}  // namespace
}  // namespace vipswitch::bench
