// From the internet through any of a million EIPs and HAVIPs to 100,000 ports of 1,000 VPCs.

#include "bench/micro/measured_way.h"
#include "bench/scale/scale.h"

namespace vipswitch::bench {

void measure_forwarding(const Effort& effort) {
  constexpr unsigned kBursts = 20'000;
  const unsigned vpcs = effort.is_small ? 10 : 1'000;
  VpcWorld<Ipv4> world({.ports = 100 * vpcs, .havips_of_port = 10, .vpcs = vpcs});
  const auto way = packets_to_eips(world, world.worker(), kPackets);
  MeasuredWay measured(*way);
  for (unsigned round = 0; round < effort.rounds; ++round) {
    measured.cycles().clear();
    measured.floor().clear();
    for (unsigned i = 0; i < kBursts / (effort.is_small ? 10 : 1); ++i) measured.run_burst();
    tell("scale.eip_in.1m", measured.cycles().median_of(kPackets), "cycles/packet",
         measured.floor().median_of(kPackets));
  }
  require(way->drops() == 0, "no packet is dropped");
}

}  // namespace vipswitch::bench
