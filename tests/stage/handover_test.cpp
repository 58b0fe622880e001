// When data follows a decision: the election names the new owner at once, the data stays with an owner that
// is outranked and still there until the new one announces (owner learning 5.4 "Handover").

#include "control/publish/registry.h"
#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

class DeliveryHandover : public Shop6Test {
 protected:
  static constexpr TimeMs kStart = 10'000;

  DeliveryHandover() { vswitch.advance_to(kStart); }

  // To which port a packet for front goes now; empty: nowhere.
  std::string receiver() {
    const auto sent = inject(kVm3, datagram(kVm3, kVm3.ip, W::kFront, kVm3.mac));
    return sent.empty() ? "" : sent.front().port;
  }
  std::string receiver6() {
    const auto sent = inject(kVm3, datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVm2.mac));
    return sent.empty() ? "" : sent.front().port;
  }
  HavipId slot() { return vswitch.control().tables().registry().havips.find("front")->second.slots.ipv4->id; }
  const HavipCold& cold() { return vswitch.tables().havips.cold(slot()); }
  Mac elected() { return vswitch.tables().ports.find(cold().election.elected())->mac; }
  bool is_handing_over() { return cold().is_handing_over; }

  // vm2 owns by its adverts, then vm1 preempts with a larger priority.
  void preempt() {
    elect(kVm2, 100);
    inject(kVm1, advert(kVm1, 150));
  }
};

TEST_F(DeliveryHandover, OutrankedOwnerHasTheDataUntilTheNewOneAnnounces) {
  preempt();
  EXPECT_EQ(elected(), kVm1.mac);
  EXPECT_EQ(cold().handover_ends(vswitch.tables().havips.warm(slot())), kStart + kHandoverMs);
  EXPECT_EQ(receiver(), kVm2.port);
  inject(kVm1, announcement(kVm1));
  EXPECT_EQ(receiver(), kVm1.port);
  EXPECT_FALSE(is_handing_over());
  EXPECT_EQ(vswitch.learned(LearnCounter::handover_announced), 1u);
  EXPECT_EQ(cold().sequence, 2u) << "one decision, not another for the data";
}

TEST_F(DeliveryHandover, DataOfTheSameBurstAlreadyFollowsTheAnnouncement) {
  preempt();
  inject(kVm1, {announcement(kVm1), datagram(kVm1, kVm1.ip, W::kFront, kVm3.mac)});
  EXPECT_EQ(vswitch.drops(DropReason::hairpin), 1u) << "vm1's own packet to the address it owns now";
}

TEST_F(DeliveryHandover, EndsByItselfWithoutAnAnnouncement) {
  preempt();
  vswitch.advance_to(kStart + kHandoverMs - 1);
  EXPECT_EQ(receiver(), kVm2.port);
  vswitch.advance_to(kStart + kHandoverMs);
  EXPECT_EQ(receiver(), kVm1.port);
  EXPECT_EQ(vswitch.learned(LearnCounter::handover_expired), 1u);
}

// The advert that decided is repeated; the old owner speaks on, as it has not heard it yet.
TEST_F(DeliveryHandover, AdvertsDoNotProlongIt) {
  preempt();
  vswitch.advance_to(kStart + 10);
  inject(kVm1, advert(kVm1, 150));
  inject(kVm2, advert(kVm2, 100));
  EXPECT_EQ(receiver(), kVm2.port);
  vswitch.advance_to(kStart + kHandoverMs);
  EXPECT_EQ(receiver(), kVm1.port);
}

TEST_F(DeliveryHandover, OldOwnerThatResignsLetsGoAtOnce) {
  preempt();
  inject(kVm2, advert(kVm2, 0));
  EXPECT_EQ(receiver(), kVm1.port);
}

TEST_F(DeliveryHandover, OldOwnerThatIsUnboundLetsGoAtOnce) {
  preempt();
  ASSERT_TRUE(vswitch.service().unbind_havip("front", kVm2.port));
  vswitch.settle();
  EXPECT_EQ(receiver(), kVm1.port);
}

TEST_F(DeliveryHandover, NobodyIsWaitedForAfterAResignation) {
  elect(kVm2, 100);
  inject(kVm2, advert(kVm2, 0));
  EXPECT_EQ(receiver(), "");
  inject(kVm1, advert(kVm1, 150));
  EXPECT_EQ(receiver(), kVm1.port);
}

TEST_F(DeliveryHandover, NewOwnerThatResignsMeanwhileLeavesNobody) {
  preempt();
  inject(kVm1, advert(kVm1, 0));
  EXPECT_EQ(receiver(), "") << "vm2 was demoted and adverts no longer, as far as anybody knows";
}

TEST_F(DeliveryHandover, OldOwnerThatIsElectedAgainKeepsTheData) {
  preempt();
  inject(kVm2, advert(kVm2, 200));
  EXPECT_EQ(receiver(), kVm2.port);
  EXPECT_FALSE(is_handing_over());
  vswitch.advance_to(kStart + 2 * kHandoverMs);
  EXPECT_EQ(receiver(), kVm2.port);
}

TEST_F(DeliveryHandover, CrashedOwnerThatKeptTheAddressServesUntilTheAnnouncement) {
  elect(kVm1, 150);
  vswitch.advance_to(kStart + 3'610);
  inject(kVm2, advert(kVm2, 100));
  EXPECT_EQ(receiver(), kVm1.port);
  inject(kVm2, announcement(kVm2));
  EXPECT_EQ(receiver(), kVm2.port);
}

TEST_F(DeliveryHandover, AnnouncementsMoveAtOnce) {
  inject(kVm1, announcement(kVm1));
  inject(kVm2, announcement(kVm2));
  EXPECT_EQ(receiver(), kVm2.port);
}

TEST_F(DeliveryHandover, AnnouncementOfTheOldOwnerEndsNothing) {
  preempt();
  inject(kVm2, announcement(kVm2));
  EXPECT_EQ(receiver(), kVm2.port);
  EXPECT_EQ(vswitch.learned(LearnCounter::handover_announced), 0u);
}

TEST_F(DeliveryHandover, OnlyWhoHasTheDataSpeaksAsTheEip) {
  preempt();
  expect_drop(DropReason::eip_not_owner, kVm1, datagram(kVm1, W::kFront, W::kClient));
  EXPECT_EQ(inject(kVm2, datagram(kVm2, W::kFront, W::kClient)).size(), 1u);
  inject(kVm1, announcement(kVm1));
  EXPECT_EQ(inject(kVm1, datagram(kVm1, W::kFront, W::kClient)).size(), 1u);
}

// Its keepalived would remove the address before the new owner has it.
TEST_F(DeliveryHandover, OldOwnerHearsTheAdvertWhenTheDataHasGone) {
  elect(kVm2, 100);
  EXPECT_THAT(inject(kVm1, advert(kVm1, 150)), ::testing::IsEmpty());
  vswitch.advance_to(kStart + 1);
  EXPECT_THAT(vswitch.take_sent(), ::testing::IsEmpty());
  inject(kVm1, announcement(kVm1));
  vswitch.advance_to(kStart + 2);
  EXPECT_THAT(vswitch.take_sent(), ::testing::ElementsAre(Sent{"vm2-eth0", advert(kVm1, 150)}));
}

TEST_F(DeliveryHandover, OldOwnerHearsTheAdvertAfterTwentyMilliseconds) {
  preempt();
  vswitch.advance_to(kStart + kHandoverMs - 1);
  EXPECT_THAT(vswitch.take_sent(), ::testing::IsEmpty());
  vswitch.advance_to(kStart + kHandoverMs);
  EXPECT_THAT(vswitch.take_sent(), ::testing::ElementsAre(Sent{"vm2-eth0", advert(kVm1, 150)}));
}

TEST_F(DeliveryHandover, OtherMembersHearTheAdvertAtOnce) {
  ASSERT_TRUE(vswitch.service().bind_havip("front", kVm3.port));
  vswitch.settle();
  elect(kVm2, 100);
  EXPECT_THAT(inject(kVm1, advert(kVm1, 150)), ::testing::ElementsAre(Sent{"vm3-eth0", advert(kVm1, 150)}));
}

// One group with two HAVIPs that two ports are about to lose: neither may hear of it yet.
TEST_F(DeliveryHandover, EachOldOwnerHearsTheAdvertLater) {
  constexpr Ipv4 kBack{10, 77, 0, 101};
  ASSERT_TRUE(vswitch.service().add(
      model::Havip{"back", "web", kBack, {}, {std::string(kVm1.port), std::string(kVm3.port)}}));
  vswitch.settle();
  elect(kVm2, 100);
  inject(kVm3, advert(kVm3, 100, {kBack}));
  EXPECT_THAT(inject(kVm1, advert(kVm1, 150, {W::kFront, kBack})), ::testing::IsEmpty());
  vswitch.advance_to(kStart + kHandoverMs);
  EXPECT_EQ(vswitch.take_sent().size(), 2u);
}

TEST_F(DeliveryHandover, AdvertsBeyondTheRoomToHoldThemAreNotHeld) {
  preempt();
  for (std::size_t i = 1; i < HeldAdverts::kCapacity; ++i) {
    EXPECT_THAT(inject(kVm1, advert(kVm1, 150)), ::testing::IsEmpty());
  }
  EXPECT_THAT(inject(kVm1, advert(kVm1, 150)), ::testing::ElementsAre(Sent{"vm2-eth0", advert(kVm1, 150)}));
}

TEST_F(DeliveryHandover, OldOwnerMayStillAnswerWhatItGot) {
  preempt();
  inject(kVm1, announcement(kVm1));
  EXPECT_EQ(inject(kVm2, datagram(kVm2, W::kFront, W::kClient)).size(), 1u);
  vswitch.advance_to(kStart + kHandoverMs);
  vswitch.take_sent();  // the advert that was held
  expect_drop(DropReason::eip_not_owner, kVm2, datagram(kVm2, W::kFront, W::kClient));
}

TEST_F(DeliveryHandover, OldOwnerThatResignedMayNot) {
  preempt();
  inject(kVm2, advert(kVm2, 0));
  expect_drop(DropReason::eip_not_owner, kVm2, datagram(kVm2, W::kFront, W::kClient));
}

TEST_F(DeliveryHandover, PinEndsIt) {
  preempt();
  ASSERT_TRUE(vswitch.service().pin_havip("front", kVm1.port));
  vswitch.settle();
  EXPECT_EQ(receiver(), kVm1.port);
}

TEST_F(DeliveryHandover, AtOnceFollowsTheAdvert) {
  hand_over_at_once();
  preempt();
  EXPECT_EQ(receiver(), kVm1.port);
}

TEST_F(DeliveryHandover, ChoosingIsNoDecision) {
  elect(kVm2, 100);
  const auto before = cold().sequence;
  hand_over_at_once();
  EXPECT_EQ(receiver(), kVm2.port);
  EXPECT_EQ(cold().sequence, before);
}

TEST_F(DeliveryHandover, OverIpv6TheNeighbourAdvertisementEndsIt) {
  inject(kVm2, advert6(kVm2, 100));
  inject(kVm1, advert6(kVm1, 150));
  EXPECT_EQ(receiver6(), kVm2.port);
  inject(kVm1, announcement6(kVm1, link_local_of(kVm1.mac)));
  EXPECT_EQ(receiver6(), kVm1.port);
}

}  // namespace
}  // namespace vipswitch::testing
