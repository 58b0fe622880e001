// The switch as a host of the provider network: what it answers there, and which neighbours it learns.

#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using W = ShopWorld;

constexpr Ipv4 kNeighbourIp{198, 51, 100, 77};
constexpr Mac kNeighbourMac{0x02, 0, 0x5e, 0x10, 0, 0x77}, kNewRouterMac{0x02, 0, 0x5e, 0x10, 0, 0xfd};

PacketBuilder broadcast_from(const Mac& mac) {
  return PacketBuilder().ethernet({.destination = Mac::broadcast(), .source = mac});
}

Sent answer_to_router(Ipv4 address, Ipv4 asker = W::kRouterIp) {
  return {std::string(kUplink), PacketBuilder()
                                    .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                                    .arp_reply(W::kUplinkMac, address, W::kRouterMac, asker)
                                    .build()};
}

class SnoopUplink : public ShopTest {
 protected:
  std::vector<Sent> ask_as_router(Ipv4 target) {
    return inject(kUplink,
                  broadcast_from(W::kRouterMac).arp_request(W::kRouterMac, W::kRouterIp, target).build());
  }
  // Where a packet of vm3 to the address goes; zero: nowhere.
  Mac next_hop_of(Ipv4 destination) {
    const auto sent = inject(kVm3, datagram(kVm3, kVm3.ip, destination));
    if (sent.empty()) return {};
    const Frame& frame = sent.at(0).frame;
    return {frame[0], frame[1], frame[2], frame[3], frame[4], frame[5]};
  }
};

TEST_F(SnoopUplink, OwnAddressAndEipsAreAnsweredWithTheUplinksMac) {
  EXPECT_THAT(ask_as_router(W::kUplinkIp), ElementsAre(answer_to_router(W::kUplinkIp)));
  EXPECT_THAT(ask_as_router(W::kVm3Eip), ElementsAre(answer_to_router(W::kVm3Eip)));
}

// The gap between two owners must break nobody's ARP entry.
TEST_F(SnoopUplink, EipIsAnsweredWithoutAnOwner) {
  EXPECT_THAT(ask_as_router(W::kFrontEip), ElementsAre(answer_to_router(W::kFrontEip)));
}

TEST_F(SnoopUplink, EipWithoutTargetIsNotAnswered) {
  ASSERT_TRUE(vswitch.service().unbind_eip("vm3-public"));
  EXPECT_THAT(ask_as_router(W::kVm3Eip), IsEmpty());
  EXPECT_EQ(vswitch.drops(DropReason::arp_unknown_target), 1u);
}

TEST_F(SnoopUplink, InnerAddressesAreNotAnswered) {
  EXPECT_THAT(ask_as_router(W::kFront), IsEmpty());
  EXPECT_THAT(ask_as_router(kVm1.ip), IsEmpty());
  EXPECT_EQ(vswitch.drops(DropReason::arp_unknown_target), 2u);
}

TEST_F(SnoopUplink, ProbeForAnEipIsAnsweredSoThatNobodyTakesIt) {
  EXPECT_THAT(inject(kUplink, broadcast_from(W::kRouterMac).arp_probe(W::kRouterMac, W::kVm3Eip).build()),
              ElementsAre(answer_to_router(W::kVm3Eip, Ipv4())));
}

TEST_F(SnoopUplink, MalformedArpIsDropped) {
  expect_drop(DropReason::arp_bad, kUplink,
              broadcast_from(W::kRouterMac)
                  .arp({.sender_mac = W::kRouterMac, .sender_ip = W::kRouterIp, .protocol_length = 16})
                  .build());
}

TEST_F(SnoopUplink, AnnouncementOfTheGatewayMovesItsMac) {
  ASSERT_EQ(next_hop_of(W::kClient), W::kRouterMac);
  EXPECT_THAT(
      inject(kUplink,
             broadcast_from(kNewRouterMac).gratuitous_arp_request(kNewRouterMac, W::kRouterIp).build()),
      IsEmpty());
  EXPECT_EQ(next_hop_of(W::kClient), kNewRouterMac);
}

TEST_F(SnoopUplink, AnswerOfANeighbourResolvesIt) {
  ASSERT_EQ(next_hop_of(kNeighbourIp), Mac());
  inject(kUplink, PacketBuilder()
                      .ethernet({.destination = W::kUplinkMac, .source = kNeighbourMac})
                      .arp_reply(kNeighbourMac, kNeighbourIp, W::kUplinkMac, W::kUplinkIp)
                      .build());
  EXPECT_EQ(next_hop_of(kNeighbourIp), kNeighbourMac);
}

TEST_F(SnoopUplink, NeighbourThatAsksForAnEipIsLearned) {
  inject(kUplink, broadcast_from(kNeighbourMac).arp_request(kNeighbourMac, kNeighbourIp, W::kVm3Eip).build());
  EXPECT_EQ(next_hop_of(kNeighbourIp), kNeighbourMac);
}

TEST_F(SnoopUplink, NeighbourThatAsksForOthersIsNotLearned) {
  inject(kUplink,
         broadcast_from(kNeighbourMac).arp_request(kNeighbourMac, kNeighbourIp, W::kRouterIp).build());
  EXPECT_EQ(next_hop_of(kNeighbourIp), Mac());
}

TEST_F(SnoopUplink, AddressOffTheLinkIsNotLearned) {
  inject(kUplink, broadcast_from(kNeighbourMac).arp_request(kNeighbourMac, W::kClient, W::kVm3Eip).build());
  EXPECT_EQ(next_hop_of(W::kClient), W::kRouterMac);
}

}  // namespace
}  // namespace vipswitch::testing
