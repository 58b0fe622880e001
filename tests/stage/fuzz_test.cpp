// Frames that are nearly right, from every side at once. Under the sanitizers the point is that nothing is
// read or written that is not the frame's; beyond that, what must hold whatever comes in.

#include <algorithm>
#include <string>

#include "tests/stage/random_frames.h"
#include "tests/stage/shop.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;

constexpr std::size_t kL3 = 14;
const std::vector<Vm> kVms{kVm1, kVm2, kVm3, kDb1};

std::vector<Frame> seeds_of(const Vm& vm) {
  const Ipv4Fields multicast = vrrp_ipv4(vm.ip);
  return {
      advert(vm),
      advert(vm, 0),
      advert(vm, 100, {}),
      from_vm(vm, kVrrpGroupMac).ipv4(multicast).vrrp3({.vrid = kVrid, .addresses = {W::kFront}}).build(),
      from_vm(vm, kVrrpGroupMac)
          .ipv4(multicast)
          .authentication_header({})
          .vrrp2({.vrid = kVrid, .addresses = {W::kFront}, .auth_type = 2})
          .build(),
      from_vm(vm, kVrrpGroupMac).vlan({}).ipv4(multicast).vrrp2({.vrid = kVrid}).build(),
      announcement(vm),
      announcement(vm, vm.ip),
      arp_request(vm, W::kFront),
      arp_reply_to_gateway(vm, W::kFront),
      from_vm(vm, Mac::broadcast()).arp_probe(vm.mac, W::kFront).build(),
      datagram(vm, vm.ip, W::kClient),
      datagram(vm, W::kFront, W::kClient),
      datagram(vm, vm.ip, W::kFront, stable_mac(W::kFront)),
      datagram(vm, vm.ip, kDb1.ip),
      from_vm(vm, kGatewayMac)
          .ipv4({.source = vm.ip, .destination = W::kWebGateway})
          .icmp_echo_request(1, 1)
          .build(),
      from_vm(vm, kGatewayMac).ipv4({.source = vm.ip, .destination = W::kClient}).tcp({}).build(),
  };
}

std::vector<Frame> seeds_of_uplink() {
  const auto ask = [](Ipv4 target) {
    return PacketBuilder()
        .ethernet({.destination = Mac::broadcast(), .source = W::kRouterMac})
        .arp_request(W::kRouterMac, W::kRouterIp, target)
        .build();
  };
  return {
      datagram_from_internet(W::kFrontEip),
      datagram_from_internet(W::kVm3Eip),
      from_router().ipv4({.source = W::kClient, .destination = W::kVm3Eip}).tcp({}).build(),
      from_router().vlan({}).ipv4({.source = W::kClient, .destination = W::kVm3Eip}).udp({}).build(),
      from_router().ipv4({.source = W::kClient, .destination = W::kUplinkIp}).icmp_echo_request(1, 1).build(),
      ask(W::kUplinkIp),
      ask(W::kVm3Eip),
      from_router().arp_reply(W::kRouterMac, W::kRouterIp, W::kUplinkMac, W::kUplinkIp).build(),
  };
}

// So that not every mutation ends in the parser.
void repair_ipv4_checksum(Frame& frame) {
  if (frame.size() < kL3 + 20 || frame[12] != 0x08 || frame[13] != 0x00) return;
  const std::size_t header_size = std::size_t{frame[kL3] & 0xfu} * 4;
  if (header_size < 20 || frame.size() < kL3 + header_size) return;
  const std::span<std::uint8_t> header(frame.data() + kL3, header_size);
  header[10] = header[11] = 0;
  const std::uint16_t checksum = internet_checksum(header);
  header[10] = static_cast<std::uint8_t>(checksum >> 8);
  header[11] = static_cast<std::uint8_t>(checksum);
}

Ipv4 ipv4_source(const Frame& frame) {
  const std::size_t at = (frame[12] == 0x81 ? kL3 + 4 : kL3) + 12;
  return {frame[at], frame[at + 1], frame[at + 2], frame[at + 3]};
}

// Nothing of the tenants' addresses shows on the provider network.
void expect_is_of_the_switch(const Frame& frame) {
  EXPECT_TRUE(std::equal(frame.begin() + 6, frame.begin() + 12, W::kUplinkMac.bytes().begin()));
  const std::size_t type_at = frame[12] == 0x81 ? 16 : 12;
  if (frame[type_at] != 0x08 || frame[type_at + 1] != 0x00) return;
  EXPECT_THAT(ipv4_source(frame), ::testing::AnyOf(W::kFrontEip, W::kVm3Eip, W::kUplinkIp));
}

class Fuzz : public ShopTest {
 protected:
  void throw_at(std::string_view port, const std::vector<Frame>& seeds, unsigned count, std::uint64_t seed) {
    constexpr unsigned kBurst = 50;
    RandomFrames random(seed);
    for (unsigned done = 0; done < count; done += kBurst) {
      std::vector<Frame> burst;
      for (unsigned i = 0; i < kBurst; ++i) {
        Frame frame = random.mutated(random.one_of(seeds), random.one_of(seeds));
        if (!random.one_in(4)) repair_ipv4_checksum(frame);
        burst.push_back(std::move(frame));
      }
      for (const Sent& sent : inject(port, burst)) {
        if (sent.port == kUplink) expect_is_of_the_switch(sent.frame);
      }
      vswitch.advance_to(vswitch.now() + random.number(0, 100));
      ASSERT_TRUE(is_conserved()) << port << ", frames from " << done;
    }
  }
};

TEST_F(Fuzz, FramesOfVmsConserve) {
  for (std::size_t i = 0; i < kVms.size(); ++i) throw_at(kVms[i].port, seeds_of(kVms[i]), 15'000, i);
}

TEST_F(Fuzz, FramesOfTheUplinkConserve) {
  elect(kVm1);
  throw_at(kUplink, seeds_of_uplink(), 40'000, 4);
}

}  // namespace
}  // namespace vipswitch::testing
