// Who is answered for what, and what neighbours see of an announcement.

#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using W = ShopWorld;

constexpr Vm kVm1AsGroup{kVm1.port, Mac::vrrp_ipv4(kVrid), kVm1.ip};

// What the switch says to `asker`, whose own address in the question was `asker_ip`.
Sent answer(const Vm& asker, Ipv4 asker_ip, const Mac& mac, Ipv4 address) {
  return {std::string(asker.port), PacketBuilder()
                                       .ethernet({.destination = asker.mac, .source = mac})
                                       .arp_reply(mac, address, asker.mac, asker_ip)
                                       .build()};
}
Sent answer(const Vm& asker, const Mac& mac, Ipv4 address) {
  return answer(asker, asker.ip, mac, address);
}

Frame probe(const Vm& vm, Ipv4 target) {
  return from_vm(vm, Mac::broadcast()).arp_probe(vm.mac, target).build();
}

using SnoopArp = ShopTest;

TEST_F(SnoopArp, PortIsAnsweredWithItsMac) {
  EXPECT_THAT(inject(kVm1, arp_request(kVm1, kVm3.ip)), ElementsAre(answer(kVm1, kVm3.mac, kVm3.ip)));
}

TEST_F(SnoopArp, GatewayIsAnsweredWithTheMacOfAllGateways) {
  EXPECT_THAT(inject(kVm1, arp_request(kVm1, W::kWebGateway)),
              ElementsAre(answer(kVm1, kGatewayMac, W::kWebGateway)));
  EXPECT_THAT(inject(kDb1, arp_request(kDb1, W::kDbGateway)),
              ElementsAre(answer(kDb1, kGatewayMac, W::kDbGateway)));
}

TEST_F(SnoopArp, AddressOfAnotherSubnetIsNotAnswered) {
  elect(kVm1);
  for (const Ipv4 address : {kVm1.ip, W::kWebGateway, W::kFront}) {
    expect_drop(DropReason::arp_unknown_target, kDb1, arp_request(kDb1, address));
  }
}

TEST_F(SnoopArp, HavipHasOneMacWhoeverOwnsIt) {
  constexpr Mac kStable{0x0e, 0x00, 10, 77, 0, 100};
  elect(kVm1, 100);
  EXPECT_THAT(inject(kVm3, arp_request(kVm3, W::kFront)), ElementsAre(answer(kVm3, kStable, W::kFront)));
  elect(kVm2, 150);
  EXPECT_THAT(inject(kVm3, arp_request(kVm3, W::kFront)), ElementsAre(answer(kVm3, kStable, W::kFront)));
}

TEST_F(SnoopArp, HavipOfVirtualMacOwnerIsStillAnsweredWithTheStableMac) {
  inject(kVm1, advert(kVm1AsGroup));
  EXPECT_THAT(inject(kVm3, arp_request(kVm3, W::kFront)),
              ElementsAre(answer(kVm3, stable_mac(W::kFront), W::kFront)));
}

TEST_F(SnoopArp, UnknownHavipIsNotAnswered) {
  expect_drop(DropReason::arp_no_owner, kVm3, arp_request(kVm3, W::kFront));
}

TEST_F(SnoopArp, ReleasedHavipIsAnsweredSoThatNoNeighbourWaits) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, 0));
  ASSERT_EQ(vswitch.owner("front"), "");
  EXPECT_THAT(inject(kVm3, arp_request(kVm3, W::kFront)),
              ElementsAre(answer(kVm3, stable_mac(W::kFront), W::kFront)));
}

TEST_F(SnoopArp, SuspectHavipIsAnswered) {
  elect(kVm1);
  vswitch.advance_to(3'500);
  EXPECT_THAT(inject(kVm3, arp_request(kVm3, W::kFront)),
              ElementsAre(answer(kVm3, stable_mac(W::kFront), W::kFront)));
}

TEST_F(SnoopArp, BackupIsAnsweredForTheHavip) {
  elect(kVm1);
  EXPECT_THAT(inject(kVm2, arp_request(kVm2, W::kFront)),
              ElementsAre(answer(kVm2, stable_mac(W::kFront), W::kFront)));
}

TEST_F(SnoopArp, OwnerIsNotAnsweredForItsHavip) {
  elect(kVm1);
  expect_drop(DropReason::arp_not_answered, kVm1, arp_request(kVm1, W::kFront));
  expect_drop(DropReason::arp_not_answered, kVm1, probe(kVm1, W::kFront));
}

// Its duplicate address detection would fail, and it is about to take the address over.
TEST_F(SnoopArp, ProbeOfABoundPortIsNotAnswered) {
  elect(kVm1);
  expect_drop(DropReason::arp_not_answered, kVm2, probe(kVm2, W::kFront));
}

TEST_F(SnoopArp, ProbeOfAnUnboundPortIsAnswered) {
  elect(kVm1);
  EXPECT_THAT(inject(kVm3, probe(kVm3, W::kFront)),
              ElementsAre(answer(kVm3, Ipv4(), stable_mac(W::kFront), W::kFront)));
}

TEST_F(SnoopArp, ProbeForAnAddressInUseIsAnswered) {
  EXPECT_THAT(inject(kVm3, probe(kVm3, kVm1.ip)), ElementsAre(answer(kVm3, Ipv4(), kVm1.mac, kVm1.ip)));
}

TEST_F(SnoopArp, ProbeForThePortsOwnAddressIsNotAnswered) {
  expect_drop(DropReason::arp_not_answered, kVm3, probe(kVm3, kVm3.ip));
}

TEST_F(SnoopArp, ProbeClaimsNothing) {
  inject(kVm1, probe(kVm1, W::kFront));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(SnoopArp, RequestForTheHavipClaimsNothing) {
  inject(kVm1, arp_request(kVm1, W::kFront));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(SnoopArp, AnnouncementIsShownWithTheStableMacToAllOthersAndNotAnswered) {
  const Mac stable = stable_mac(W::kFront);
  const auto shown = [&](auto form) {
    PacketBuilder builder;
    builder.ethernet({.destination = Mac::broadcast(), .source = stable});
    return form(builder);
  };
  const Frame request =
      shown([&](PacketBuilder& b) { return b.gratuitous_arp_request(stable, W::kFront).build(); });
  EXPECT_THAT(inject(kVm1, announcement(kVm1)),
              UnorderedElementsAre(Sent{"vm2-eth0", request}, Sent{"vm3-eth0", request}));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);

  // The target MAC is left as the guest sent it.
  const Frame reply =
      shown([&](PacketBuilder& b) { return b.arp_reply(stable, W::kFront, kVm1.mac, W::kFront).build(); });
  EXPECT_THAT(inject(kVm1, from_vm(kVm1, Mac::broadcast()).gratuitous_arp_reply(kVm1.mac, W::kFront).build()),
              UnorderedElementsAre(Sent{"vm2-eth0", reply}, Sent{"vm3-eth0", reply}));
}

TEST_F(SnoopArp, ShadowedAnnouncementIsShownToTheOwnerSoThatItCanDefend) {
  elect(kVm1);
  const auto sent = inject(kVm2, announcement(kVm2));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_THAT((std::vector<std::string>{sent[0].port, sent[1].port}),
              UnorderedElementsAre("vm1-eth0", "vm3-eth0"));
}

TEST_F(SnoopArp, AnnouncementOfThePortsOwnAddressIsFloodedAsItIs) {
  const Frame frame = announcement(kVm3, kVm3.ip);
  EXPECT_THAT(inject(kVm3, frame), UnorderedElementsAre(Sent{"vm1-eth0", frame}, Sent{"vm2-eth0", frame}));
}

TEST_F(SnoopArp, SenderMacOfTheAnnouncementIsTheDeliveryMac) {
  inject(kVm1, announcement(kVm1AsGroup));
  const auto sent = inject(kVm3, datagram(kVm3, kVm3.ip, W::kFront, stable_mac(W::kFront)));
  EXPECT_THAT(sent, ElementsAre(Sent{"vm1-eth0", datagram(kVm3, kVm3.ip, W::kFront, kVm1AsGroup.mac)}));
}

TEST_F(SnoopArp, DeliveryMacFollowsTheOwnersLatestAnnouncement) {
  inject(kVm1, announcement(kVm1AsGroup));
  inject(kVm1, announcement(kVm1));
  const auto sent = inject(kVm3, datagram(kVm3, kVm3.ip, W::kFront, stable_mac(W::kFront)));
  EXPECT_THAT(sent, ElementsAre(Sent{"vm1-eth0", datagram(kVm3, kVm3.ip, W::kFront, kVm1.mac)}));
}

TEST_F(SnoopArp, WeakClaimElectsWhileNothingIsKnown) {
  inject(kVm2, from_vm(kVm2, Mac::broadcast()).arp_request(kVm2.mac, W::kFront, kVm3.ip).build());
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

TEST_F(SnoopArp, WeakClaimDoesNotDisplaceTheOwnerAndIsStillAnswered) {
  elect(kVm1);
  EXPECT_THAT(inject(kVm2, from_vm(kVm2, Mac::broadcast()).arp_request(kVm2.mac, W::kFront, kVm3.ip).build()),
              ElementsAre(answer(kVm2, W::kFront, kVm3.mac, kVm3.ip)));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(SnoopArp, ReplyToTheSwitchIsConsumed) {
  EXPECT_THAT(inject(kVm2, arp_reply_to_gateway(kVm2, W::kFront)), IsEmpty());
  EXPECT_EQ(vswitch.drops(), 0u);
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

// keepalived removes the address a moment after its priority 0; another VM's answer to a probe counts.
TEST_F(SnoopArp, AnswerToTheSwitchElectsAfterAReleaseUnlessItIsFromWhoResigned) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, 0));
  vswitch.advance_to(4'000);  // nobody has succeeded it for the dead time: both are asked
  inject(kVm1, arp_reply_to_gateway(kVm1, W::kFront));
  vswitch.advance_to(4'300);
  EXPECT_EQ(vswitch.owner("front"), "");
  vswitch.advance_to(5'000);
  inject(kVm2, arp_reply_to_gateway(kVm2, W::kFront));
  vswitch.advance_to(5'300);
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

TEST_F(SnoopArp, ReplyBetweenVmsIsForwarded) {
  const Frame reply = from_vm(kVm1, kVm3.mac).arp_reply(kVm1.mac, kVm1.ip, kVm3.mac, kVm3.ip).build();
  EXPECT_THAT(inject(kVm1, reply), ElementsAre(Sent{"vm3-eth0", reply}));
}

TEST_F(SnoopArp, AnswerKeepsThePriorityTag) {
  const auto tagged = [](const Mac& destination, const Mac& source) {
    return PacketBuilder().ethernet({.destination = destination, .source = source}).vlan({.priority = 6});
  };
  EXPECT_THAT(
      inject(kVm1, tagged(Mac::broadcast(), kVm1.mac).arp_request(kVm1.mac, kVm1.ip, kVm3.ip).build()),
      ElementsAre(Sent{"vm1-eth0",
                       tagged(kVm1.mac, kVm3.mac).arp_reply(kVm3.mac, kVm3.ip, kVm1.mac, kVm1.ip).build()}));
}

}  // namespace
}  // namespace vipswitch::testing
