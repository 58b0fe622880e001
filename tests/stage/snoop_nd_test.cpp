// Neighbour discovery of VMs: claims by advertisements, solicitations answered, router advertisements.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;
using ::testing::UnorderedElementsAre;

class SnoopNd : public Shop6Test {};

// --- claims

TEST_F(SnoopNd, AnnouncementMakesTheOwnerAndShowsTheStableMac) {
  const auto sent = inject(kVm1, announcement6(kVm1, W6::kVm1Ip));
  EXPECT_EQ(owner6(), "vm1-eth0");
  const Mac stable = stable_mac(W6::kFront);
  const Frame shown =
      PacketBuilder()
          .ethernet({.destination = Mac::of_multicast(Ipv6::all_nodes()), .source = stable})
          .ipv6({.source = W6::kVm1Ip, .destination = Ipv6::all_nodes(), .hop_limit = 255})
          .neighbour({.type = 136, .target = W6::kFront, .flags = wire::kNdOverride, .mac = stable})
          .build();
  EXPECT_THAT(sent, UnorderedElementsAre(Sent{"vm2-eth0", shown}, Sent{"vm3-eth0", shown}));
}

TEST_F(SnoopNd, ClaimOfOneFamilyLeavesTheOtherAlone) {
  elect6(kVm1);
  EXPECT_EQ(vswitch.owner("front"), "");
  elect(kVm2);
  EXPECT_EQ(owner6(), "vm1-eth0");
}

TEST_F(SnoopNd, SolicitationsAreNoClaims) {
  inject(kVm1, probe6(kVm1, W6::kFront));
  inject(kVm1, solicitation(kVm1, W6::kFront, W6::kVm2Ip));
  EXPECT_EQ(owner6(), "");
}

TEST_F(SnoopNd, AdvertisementWithoutOverrideOnlyHints) {
  const auto advertise = [](const Vm& vm, std::uint32_t flags) {
    return from_vm(vm, Mac::of_multicast(Ipv6::all_nodes()))
        .ipv6({.source = link_local_of(vm.mac), .destination = Ipv6::all_nodes(), .hop_limit = 255})
        .neighbour({.type = 136, .target = W6::kFront, .flags = flags, .mac = vm.mac})
        .build();
  };
  elect6(kVm1);
  EXPECT_EQ(learned_from(LearnCounter::weak, kVm2, advertise(kVm2, wire::kNdRouter)), 1u);
  EXPECT_EQ(owner6(), "vm1-eth0");
}

// Guests ignore neighbour discovery with a fragment header, though nothing was cut (RFC 6980 section 5).
TEST_F(SnoopNd, AnnouncementInAnAtomicFragmentIsDropped) {
  expect_drop(DropReason::nd_bad, kVm1,
              from_vm(kVm1, Mac::of_multicast(Ipv6::all_nodes()))
                  .ipv6({.source = W6::kVm1Ip, .destination = Ipv6::all_nodes(), .hop_limit = 255})
                  .ipv6_fragment({})
                  .neighbour({.type = 136, .target = W6::kFront, .flags = wire::kNdOverride, .mac = kVm1.mac})
                  .build());
  EXPECT_EQ(owner6(), "");
}

// What answers the switch's own question confirms the owner, and is nobody else's.
TEST_F(SnoopNd, AnswerToTheSwitchIsConsumed) {
  elect6(kVm1);
  const Frame answer = from_vm(kVm1, kGatewayMac)
                           .ipv6({.source = W6::kVm1Ip, .destination = kGatewayLinkLocal, .hop_limit = 255})
                           .neighbour({.type = 136,
                                       .target = W6::kFront,
                                       .flags = wire::kNdSolicited | wire::kNdOverride,
                                       .mac = kVm1.mac})
                           .build();
  EXPECT_EQ(learned_from(LearnCounter::weak, kVm1, answer), 1u);
  EXPECT_THAT(inject(kVm1, answer), ::testing::IsEmpty());
  EXPECT_EQ(owner6(), "vm1-eth0");
}

TEST_F(SnoopNd, AdvertisementOfAPortsOwnAddressPassesAndClaimsNothing) {
  const Frame own = announcement6(kVm3, W6::kVm3Ip, W6::kVm3Ip);
  EXPECT_EQ(learned_from(LearnCounter::announcement, kVm3, own), 0u);
  EXPECT_THAT(inject(kVm3, own), UnorderedElementsAre(Sent{"vm1-eth0", own}, Sent{"vm2-eth0", own}));
}

TEST_F(SnoopNd, ReplyToANeighbourOnlyHints) {
  elect6(kVm1);
  const Frame reply = from_vm(kVm2, kVm3.mac)
                          .ipv6({.source = W6::kVm2Ip, .destination = W6::kVm3Ip, .hop_limit = 255})
                          .neighbour({.type = 136,
                                      .target = W6::kFront,
                                      .flags = wire::kNdSolicited | wire::kNdOverride,
                                      .mac = kVm2.mac})
                          .build();
  EXPECT_EQ(learned_from(LearnCounter::weak, kVm2, reply), 1u);
  EXPECT_EQ(owner6(), "vm1-eth0");
}

// --- neighbour discovery answered by the switch

TEST_F(SnoopNd, SolicitationsAreAnsweredForPortsHavipsAndGateways) {
  elect6(kVm2);
  struct Known {
    Ipv6 target;
    Mac mac;
    std::uint32_t flags;
  };
  const Known known[] = {{W6::kVm3Ip, kVm3.mac, 0},
                         {W6::kFront, stable_mac(W6::kFront), 0},
                         {W6::kWebGateway, kGatewayMac, wire::kNdRouter},
                         {kGatewayLinkLocal, kGatewayMac, wire::kNdRouter},
                         {link_local_of(kVm3.mac), kVm3.mac, 0}};
  for (const Known& each : known) {
    EXPECT_EQ(sent_for(kVm1.port, solicitation(kVm1, W6::kVm1Ip, each.target)),
              (Sent{"vm1-eth0", advertisement(kVm1.mac, W6::kVm1Ip, each.target, each.mac,
                                              each.flags | wire::kNdSolicited)}));
  }
}

TEST_F(SnoopNd, ProbeForAnothersAddressIsAnsweredToAll) {
  EXPECT_EQ(sent_for(kVm1.port, probe6(kVm1, W6::kVm3Ip)),
            (Sent{"vm1-eth0", advertisement(Mac::of_multicast(Ipv6::all_nodes()), Ipv6::all_nodes(),
                                            W6::kVm3Ip, kVm3.mac, 0)}));
}

TEST_F(SnoopNd, ProbeForItsOwnIsNotAnswered) {
  elect6(kVm1);
  expect_drop(DropReason::nd_not_answered, kVm1, probe6(kVm1, W6::kVm1Ip));
  expect_drop(DropReason::nd_not_answered, kVm2, probe6(kVm2, W6::kFront));
}

TEST_F(SnoopNd, AddressesOfOtherSubnetsAreNobodysHere) {
  expect_drop(DropReason::nd_unknown_target, kVm1, solicitation(kVm1, W6::kVm1Ip, W6::kDb1Ip));
  expect_drop(DropReason::nd_unknown_target, kVm1, solicitation(kVm1, W6::kVm1Ip, W6::kDbGateway));
  expect_drop(DropReason::nd_unknown_target, kDb1, solicitation(kDb1, W6::kDb1Ip, W6::kFront));
  expect_drop(DropReason::nd_unknown_target, kDb1, solicitation(kDb1, W6::kDb1Ip, link_local_of(kVm1.mac)));
}

TEST_F(SnoopNd, LinkLocalAddressThatNoPortHasIsNobodys) {
  for (const Ipv6& target :
       {link_local_of({2, 0, 0, 0, 0, 99}), Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 5})})
    expect_drop(DropReason::nd_unknown_target, kVm1, solicitation(kVm1, W6::kVm1Ip, target));
}

// An answer is longer than its question and needs a buffer of its own where the question's has no room.
TEST_F(SnoopNd, AnswersWithAnEmptyPoolAreNotMade) {
  const Frame bare = from_vm(kVm1, kGatewayMac)
                         .ipv6({.source = W6::kVm1Ip, .destination = W6::kWebGateway, .hop_limit = 255})
                         .neighbour({.target = W6::kWebGateway})
                         .build();
  Batch batch;
  fill_exactly(vswitch, batch, kVm1.port, {bare, router_solicitation(kVm1)});
  begin_burst(vswitch, batch);
  std::vector<rte_mbuf*> taken;
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(vswitch.worker().pool)) taken.push_back(mbuf);
  run_pipeline(vswitch.worker(), batch);
  EXPECT_EQ(vswitch.drops(DropReason::no_mbuf), 2u);
  for (rte_mbuf* mbuf : taken) rte_pktmbuf_free(mbuf);
}

// RFC 4861 4.2 and 4.6: source MAC, prefix 2001:db8:{subnet}::/64 on-link (with `prefix_flags`), MTU 1500.
Frame router_advertisement(const Mac& to, const Ipv6& destination, std::uint8_t prefix_flags,
                           std::uint8_t subnet = 0x77, std::uint32_t flags = 0) {
  const std::vector<std::uint8_t> behind{0,    0,      0,    0,
                                         0,    0,      0,    0,  // reachable, retransmit: unspecified
                                         1,    1,      0x0e, 0,
                                         0,    0,      0,    1,             // the gateway's MAC
                                         3,    4,      64,   prefix_flags,  // prefix information
                                         0,    0x27,   0x8d, 0,
                                         0,    0x09,   0x3a, 0x80,
                                         0,    0,      0,    0,  // valid 30 days, preferred 7
                                         0x20, 0x01,   0x0d, 0xb8,
                                         0,    subnet, 0,    0,
                                         0,    0,      0,    0,
                                         0,    0,      0,    0,
                                         5,    1,      0,    0,
                                         0,    0,      0x05, 0xdc};  // MTU
  return PacketBuilder()
      .ethernet({.destination = to, .source = kGatewayMac})
      .ipv6({.source = kGatewayLinkLocal, .destination = destination, .hop_limit = 255})
      .icmp6({.type = wire::kIcmp6RouterAdvertisement, .rest_of_header = 64U << 24 | flags << 16 | 1800})
      .payload(behind)
      .build();
}
constexpr std::uint8_t kOnLink = 0x80, kAutonomous = 0x40;

TEST_F(SnoopNd, RouterSolicitationIsAnsweredWithPrefixAndMtu) {
  EXPECT_EQ(sent_for(kVm1.port, router_solicitation(kVm1)),
            (Sent{"vm1-eth0", router_advertisement(kVm1.mac, link_local_of(kVm1.mac), kOnLink)}));
}

// RFC 4861 4.2: M.
TEST_F(SnoopNd, ManagedSubnetSaysSo) {
  constexpr std::uint32_t kManaged = 0x80;
  ASSERT_TRUE(vswitch.service().set_subnet("web", {.managed = true}));
  vswitch.settle();
  EXPECT_EQ(sent_for(kVm1.port, router_solicitation(kVm1)).frame,
            router_advertisement(kVm1.mac, link_local_of(kVm1.mac), kOnLink, 0x77, kManaged));
}

TEST_F(SnoopNd, AnswerGrowsInItsBufferWhereThatHasRoom) {
  const auto sent = vswitch.inject(kVm1.port, router_solicitation(kVm1));
  EXPECT_THAT(sent, UnorderedElementsAre(
                        Sent{"vm1-eth0", router_advertisement(kVm1.mac, link_local_of(kVm1.mac), kOnLink)}));
}

TEST_F(SnoopNd, GuestWhoseAddressIsMadeFromThePrefixIsToldToMakeIt) {
  EXPECT_EQ(sent_for(kDb1.port, router_solicitation(kDb1)),
            (Sent{"db1-eth0",
                  router_advertisement(kDb1.mac, link_local_of(kDb1.mac), kOnLink | kAutonomous, 0x78)}));
}

}  // namespace
}  // namespace vipswitch::testing
