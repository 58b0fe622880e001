// Where packets inside a VPC go, and what is changed in them on the way.

#include "tests/stage/shop.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using W = ShopWorld;

constexpr Ipv4 kNobody{10, 77, 0, 50};
constexpr std::uint16_t kLldp = 0x88cc;

struct DatagramFields {
  Mac destination_mac, source_mac;
  Ipv4 source, destination;
  std::uint8_t ttl = 64;
};

Frame small_datagram(const DatagramFields& fields) {
  return PacketBuilder()
      .ethernet({.destination = fields.destination_mac, .source = fields.source_mac})
      .ipv4({.source = fields.source, .destination = fields.destination, .ttl = fields.ttl})
      .udp({.source_port = 4000, .destination_port = 53})
      .payload("question")
      .build();
}

Frame non_ip(const Vm& vm, const Mac& destination) {
  return PacketBuilder()
      .ethernet({.destination = destination, .source = vm.mac, .type = kLldp})
      .counting_payload(40)
      .build();
}

using Resolve = ShopTest;

TEST_F(Resolve, DataInsideTheSubnetIsDeliveredUntouched) {
  const Frame frame = datagram(kVm1, kVm1.ip, kVm3.ip, kVm3.mac);
  EXPECT_THAT(inject(kVm1, frame), ElementsAre(Sent{"vm3-eth0", frame}));
}

// A neighbour's cache may hold an old owner's MAC, the stable MAC or the virtual one.
TEST_F(Resolve, HavipIsSteeredByItsAddressWhateverTheDestinationMac) {
  elect(kVm2);
  for (const Mac& mac : {stable_mac(W::kFront), kVm1.mac, Mac::vrrp_ipv4(kVrid), kVm2.mac}) {
    EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, W::kFront, mac)),
                ElementsAre(Sent{"vm2-eth0", datagram(kVm3, kVm3.ip, W::kFront, kVm2.mac)}));
  }
}

TEST_F(Resolve, PortIsSteeredByItsAddressWhateverTheDestinationMac) {
  EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, kVm2.ip, kVm1.mac)),
              ElementsAre(Sent{"vm2-eth0", datagram(kVm3, kVm3.ip, kVm2.ip, kVm2.mac)}));
}

TEST_F(Resolve, SuspectOwnerStillGetsTheData) {
  elect(kVm1);
  vswitch.advance_to(30'000);
  EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, W::kFront, kVm1.mac)),
              ElementsAre(Sent{"vm1-eth0", datagram(kVm3, kVm3.ip, W::kFront, kVm1.mac)}));
}

TEST_F(Resolve, ReleasedHavipGetsNothing) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, 0));
  expect_drop(DropReason::havip_no_owner, kVm3, datagram(kVm3, kVm3.ip, W::kFront, kVm1.mac));
}

TEST_F(Resolve, OwnerThatSendsToItsHavipGetsNothingBack) {
  elect(kVm1);
  expect_drop(DropReason::hairpin, kVm1, datagram(kVm1, kVm1.ip, W::kFront, stable_mac(W::kFront)));
}

// A HAVIP as next hop: the VMs route for destinations that the VPC does not know.
TEST_F(Resolve, StableMacLeadsToTheOwnerWhateverTheDestination) {
  elect(kVm1);
  EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, W::kClient, stable_mac(W::kFront))),
              ElementsAre(Sent{"vm1-eth0", datagram(kVm3, kVm3.ip, W::kClient, kVm1.mac)}));
  EXPECT_THAT(inject(kVm3, non_ip(kVm3, stable_mac(W::kFront))),
              ElementsAre(Sent{"vm1-eth0", non_ip(kVm3, kVm1.mac)}));
}

TEST_F(Resolve, StableMacWithoutOwnerIsDropped) {
  expect_drop(DropReason::havip_no_owner, kVm3, datagram(kVm3, kVm3.ip, W::kClient, stable_mac(W::kFront)));
}

TEST_F(Resolve, StableMacOfNoHavipIsUnknown) {
  for (const Ipv4 address : {kNobody, kVm1.ip, W::kWebGateway}) {
    expect_drop(DropReason::unknown_mac, kVm3, non_ip(kVm3, stable_mac(address)));
  }
  constexpr Mac kLldpStable{0x0e, 0x06, 10, 77, 0, 100};
  expect_drop(DropReason::unknown_mac, kVm3, non_ip(kVm3, kLldpStable));
}

// A MAC means something inside its subnet only.
TEST_F(Resolve, StableMacOfAnotherSubnetIsUnknown) {
  elect(kVm1);
  expect_drop(DropReason::unknown_mac, kDb1, non_ip(kDb1, stable_mac(W::kFront)));
  expect_drop(DropReason::unknown_mac, kDb1, datagram(kDb1, kDb1.ip, W::kClient, stable_mac(W::kFront)));
}

TEST_F(Resolve, RoutingBetweenSubnetsTakesOneOffTheTtlAndShowsTheGateway) {
  const auto sent = inject(kVm1, small_datagram({kGatewayMac, kVm1.mac, kVm1.ip, kDb1.ip, 7}));
  const Frame routed = small_datagram({kDb1.mac, kGatewayMac, kVm1.ip, kDb1.ip, 6});
  EXPECT_THAT(sent, ElementsAre(Sent{"db1-eth0", routed}));
  EXPECT_TRUE(verify_checksums(routed).ok());
}

TEST_F(Resolve, AnotherSubnetIsRoutedToWhateverTheDestinationMac) {
  EXPECT_THAT(inject(kVm1, small_datagram({kVm2.mac, kVm1.mac, kVm1.ip, kDb1.ip, 7})),
              ElementsAre(Sent{"db1-eth0", small_datagram({kDb1.mac, kGatewayMac, kVm1.ip, kDb1.ip, 6})}));
}

TEST_F(Resolve, HavipIsReachedFromAnotherSubnet) {
  elect(kVm2);
  EXPECT_THAT(inject(kDb1, small_datagram({kGatewayMac, kDb1.mac, kDb1.ip, W::kFront, 7})),
              ElementsAre(Sent{"vm2-eth0", small_datagram({kVm2.mac, kGatewayMac, kDb1.ip, W::kFront, 6})}));
}

TEST_F(Resolve, WhatIsSentToTheGatewayIsRoutedEvenInsideTheSubnet) {
  EXPECT_THAT(inject(kVm1, small_datagram({kGatewayMac, kVm1.mac, kVm1.ip, kVm3.ip, 7})),
              ElementsAre(Sent{"vm3-eth0", small_datagram({kVm3.mac, kGatewayMac, kVm1.ip, kVm3.ip, 6})}));
}

TEST_F(Resolve, TtlEndsAtTheGatewayOnly) {
  for (const std::uint8_t ttl : {std::uint8_t{0}, std::uint8_t{1}}) {
    expect_drop(DropReason::ttl_exceeded, kVm1,
                small_datagram({kGatewayMac, kVm1.mac, kVm1.ip, kDb1.ip, ttl}));
    const Frame bridged = small_datagram({kVm3.mac, kVm1.mac, kVm1.ip, kVm3.ip, ttl});
    EXPECT_THAT(inject(kVm1, bridged), ElementsAre(Sent{"vm3-eth0", bridged}));
  }
}

TEST_F(Resolve, GatewayAnswersEcho) {
  const auto echo = [](const Mac& to, const Mac& from, Ipv4 source, Ipv4 destination, std::uint8_t ttl) {
    return PacketBuilder()
        .ethernet({.destination = to, .source = from})
        .ipv4({.source = source, .destination = destination, .ttl = ttl, .identification = 7});
  };
  const Frame request = echo(kGatewayMac, kVm1.mac, kVm1.ip, W::kWebGateway, 3)
                            .icmp_echo_request(0x1234, 1)
                            .counting_payload(56)
                            .build();
  const Frame reply = echo(kVm1.mac, kGatewayMac, W::kWebGateway, kVm1.ip, 64)
                          .icmp_echo_reply(0x1234, 1)
                          .counting_payload(56)
                          .build();
  EXPECT_THAT(inject(kVm1, request), ElementsAre(Sent{"vm1-eth0", reply}));
}

TEST_F(Resolve, GatewayAnswersNothingButWholeEchoRequests) {
  const auto to_gateway = [](Ipv4Fields ip) {
    ip.source = kVm1.ip;
    ip.destination = W::kWebGateway;
    return from_vm(kVm1, kGatewayMac).ipv4(ip);
  };
  expect_drop(DropReason::not_for_gateway, kVm1, to_gateway({}).tcp({}).build());
  expect_drop(DropReason::not_for_gateway, kVm1, to_gateway({}).icmp_echo_reply(1, 1).build());
  expect_drop(DropReason::not_for_gateway, kVm1, to_gateway({}).icmp({.type = 8, .code = 1}).build());
  expect_drop(DropReason::not_for_gateway, kVm1,
              to_gateway({.more_fragments = true}).icmp_echo_request(1, 1).counting_payload(8).build());
  expect_drop(DropReason::not_for_gateway, kVm1, to_gateway({.protocol = 1}).payload("7 bytes").build());
  expect_drop(DropReason::not_for_gateway, kVm1, non_ip(kVm1, kGatewayMac));
}

TEST_F(Resolve, NonIpGoesByMacInsideTheSubnet) {
  const Frame frame = non_ip(kVm1, kVm3.mac);
  EXPECT_THAT(inject(kVm1, frame), ElementsAre(Sent{"vm3-eth0", frame}));
  expect_drop(DropReason::unknown_mac, kVm1, non_ip(kVm1, kDb1.mac));
  expect_drop(DropReason::hairpin, kVm1, non_ip(kVm1, kVm1.mac));
}

TEST_F(Resolve, UnknownAddressGoesByMac) {
  const Frame frame = datagram(kVm1, kVm1.ip, W::kClient, kVm3.mac);
  EXPECT_THAT(inject(kVm1, frame), ElementsAre(Sent{"vm3-eth0", frame}));
}

TEST_F(Resolve, BroadcastGoesToTheSubnetsOtherPortsOnly) {
  const Frame frame = datagram(kVm1, kVm1.ip, Ipv4::broadcast(), Mac::broadcast());
  EXPECT_THAT(inject(kVm1, frame), UnorderedElementsAre(Sent{"vm2-eth0", frame}, Sent{"vm3-eth0", frame}));
}

TEST_F(Resolve, FloodRateIsThePortsOwnAndComesBackWithTime) {
  constexpr unsigned kAtOnce = 100;
  const auto flood = [&](const Vm& vm) {
    return inject(vm, std::vector<Frame>(kAtOnce, non_ip(vm, Mac::broadcast()))).size();
  };
  for (unsigned left = Settings().flood_pps; left != 0; left -= kAtOnce) ASSERT_EQ(flood(kVm1), 2 * kAtOnce);
  EXPECT_EQ(flood(kVm1), 0u);
  EXPECT_EQ(vswitch.drops(DropReason::flood_rate), kAtOnce);
  EXPECT_EQ(flood(kVm2), 2 * kAtOnce);
  vswitch.advance_to(50);  // half a burst's worth at 1000 a second
  EXPECT_EQ(flood(kVm1), kAtOnce);
}

}  // namespace
}  // namespace vipswitch::testing
