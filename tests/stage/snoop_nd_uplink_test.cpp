// Neighbour discovery on the provider network: who is answered there, and who is learned as a next hop.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

constexpr Ipv6 kNeighbourIp6 = v6(0x100, 9);
constexpr Mac kNeighbour6Mac{2, 0, 0, 0, 0, 9};

class SnoopNdUplink : public Shop6Test {
 protected:
  // A neighbour of the router's, or a host further away, tells its MAC.
  void advertise(const Ipv6& target, std::uint32_t flags, const Ipv6& destination = W6::kUplinkIp) {
    inject(kUplink, PacketBuilder()
                        .ethernet({.destination = W::kUplinkMac, .source = kNeighbour6Mac})
                        .ipv6({.source = target, .destination = destination, .hop_limit = 255})
                        .neighbour({.type = 136, .target = target, .flags = flags, .mac = kNeighbour6Mac})
                        .build());
    vswitch.settle();
  }
  // Zero: nobody knows it.
  Mac known_mac_of(const Ipv6& address) {
    const auto& neighbours = vswitch.control().uplink().neighbours6();
    const auto entry = neighbours.find(address);
    return entry != neighbours.end() ? entry->second.mac : Mac();
  }
};

TEST_F(SnoopNdUplink, UplinkAnswersForEipsAndItself) {
  for (const Ipv6& target : {W6::kVm3Eip, W6::kUplinkIp}) {
    EXPECT_EQ(sent_for(kUplink, solicitation_of_router(target)),
              (Sent{"uplink",
                    advertisement(W::kRouterMac, W6::kRouterIp, target, W::kUplinkMac, wire::kNdSolicited)}));
  }
}

TEST_F(SnoopNdUplink, NextHopIsAskedForLearnedAndUsed) {
  const Frame packet = datagram6(kVm3, W6::kVm3Ip, kNeighbourIp6);
  expect_drop(DropReason::next_hop_unresolved, kVm3, packet);
  ASSERT_THAT(vswitch.control().uplink().neighbours6(), ::testing::Contains(::testing::Key(kNeighbourIp6)))
      << "control was not told";
  advertise(kNeighbourIp6, wire::kNdSolicited | wire::kNdOverride);
  EXPECT_EQ(known_mac_of(kNeighbourIp6), kNeighbour6Mac);
  const auto sent = inject(kVm3, packet);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(std::equal(sent[0].frame.begin(), sent[0].frame.begin() + 6, kNeighbour6Mac.bytes().begin()));
}

TEST_F(SnoopNdUplink, MacOfTheGatewayIsReplacedByWhatOverrides) {
  constexpr Mac kProxy{2, 0, 0, 0, 0, 8};
  const auto advertise = [&](std::uint32_t flags) {
    inject(kUplink, PacketBuilder()
                        .ethernet({.destination = W::kUplinkMac, .source = kProxy})
                        .ipv6({.source = W6::kRouterIp, .destination = W6::kUplinkIp, .hop_limit = 255})
                        .neighbour({.type = 136, .target = W6::kRouterIp, .flags = flags, .mac = kProxy})
                        .build());
    vswitch.settle();
    return vswitch.control().uplink().neighbours6().at(W6::kRouterIp).mac;
  };
  EXPECT_EQ(advertise(wire::kNdSolicited), W::kRouterMac);
  EXPECT_EQ(advertise(0), W::kRouterMac);
  EXPECT_EQ(advertise(wire::kNdSolicited | wire::kNdOverride), kProxy);
}

TEST_F(SnoopNdUplink, EipWithoutTargetIsNotAnswered) {
  ASSERT_TRUE(vswitch.service().unbind_eip("vm3-public6"));
  expect_drop(DropReason::nd_unknown_target, kUplink, solicitation_of_router(W6::kVm3Eip));
}

TEST_F(SnoopNdUplink, OnlyWhoIsOnTheLinkAndTellsTheSwitchIsLearned) {
  advertise(kNeighbourIp6, wire::kNdSolicited | wire::kNdOverride, Ipv6::all_nodes());
  EXPECT_EQ(known_mac_of(kNeighbourIp6), Mac()) << "told to others";
  advertise(W6::kClient, wire::kNdSolicited | wire::kNdOverride);
  EXPECT_EQ(known_mac_of(W6::kClient), Mac()) << "not on the link";
}

// RFC 4861 7.2.5: what is not known yet needs no override flag.
TEST_F(SnoopNdUplink, FirstAnswerIsLearnedWithoutOverride) {
  advertise(kNeighbourIp6, wire::kNdSolicited);
  EXPECT_EQ(known_mac_of(kNeighbourIp6), kNeighbour6Mac);
}

}  // namespace
}  // namespace vipswitch::testing
