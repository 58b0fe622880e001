// What an advert costs in the parser and in the election alone; its whole way is learn.advert of ways.cpp.

#include "bench/micro/report.h"
#include "dataplane/owner/standalone_election.h"
#include "dataplane/owner/vrrp.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
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
  owner::StandaloneElection election;
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
  report(state, samples, kAdverts);
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
  report(state, samples, kAdverts);
}

BENCHMARK(election_advert)->Name("learn.election_per_advert");
BENCHMARK(parse_advert)->Name("learn.parse_per_advert");

}  // namespace
}  // namespace vipswitch::bench
