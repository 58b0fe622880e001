// Each rule of the election by itself: who wins, and what the change of owner says about it.

#include "dataplane/owner/election.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/owner/election_fixture.h"

namespace vipswitch::owner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

using Rules = ElectionTest;

TEST_F(Rules, AdvertYieldsFreshVrrpOwner) {
  const Outcome outcome = election.advert(kA, advert_of(150), 7);
  EXPECT_THAT(changes_of(outcome), ElementsAre(OwnerChange{7, kNobody, kA, Trigger::kAdvert, Rule::kFreshVrrp,
                                                           EvidenceClass::kVrrp, 150, kVrid}));
  EXPECT_EQ(outcome.remark(), std::nullopt);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Rules, AnnouncementYieldsLatestClaim) {
  const Outcome outcome = election.announce(kB, Delivery::port_mac(), 7);
  EXPECT_THAT(changes_of(outcome),
              ElementsAre(OwnerChange{7, kNobody, kB, Trigger::kAnnouncement, Rule::kLatestClaim,
                                      EvidenceClass::kAnnouncement, 0, 0}));
}

TEST_F(Rules, WeakWhileUnknownYieldsWeakHint) {
  const Outcome outcome = election.weak(kC, 7);
  EXPECT_THAT(changes_of(outcome), ElementsAre(OwnerChange{7, kNobody, kC, Trigger::kWeak, Rule::kWeakHint,
                                                           EvidenceClass::kWeak, 0, 0}));
}

TEST_F(Rules, ResignationYieldsNobody) {
  election.advert(kA, advert_of(150), 0);
  const Outcome outcome = election.advert(kA, advert_of(0), 9);
  EXPECT_THAT(changes_of(outcome), ElementsAre(OwnerChange{9, kA, kNobody, Trigger::kResignation,
                                                           Rule::kNobody, EvidenceClass::kNone, 0, 0}));
  EXPECT_THAT(outcome.remark(), Optional(LearnCounter::resigned));
}

TEST_F(Rules, ResignationOfAPortThatClaimsNothingIsIgnored) {
  election.advert(kA, advert_of(150), 0);
  const Outcome outcome = election.advert(kB, advert_of(0), 9);
  EXPECT_THAT(changes_of(outcome), IsEmpty());
  EXPECT_THAT(outcome.remark(), Optional(LearnCounter::resign_ignored));
}

TEST_F(Rules, HigherPriorityWins) {
  election.advert(kB, advert_of(100), 0);
  election.advert(kA, advert_of(150), 1);
  EXPECT_EQ(election.owner(), kA);
  election.advert(kC, advert_of(120), 2);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Rules, EqualPriorityYieldsHigherPrimaryAddressUnsigned) {
  AdvertEvidence high = advert_of(100), low = advert_of(100);
  high.primary_ip = Ipv4(200, 0, 0, 1);
  low.primary_ip = Ipv4(10, 255, 255, 255);
  election.advert(kA, high, 0);
  election.advert(kB, low, 0);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Rules, EqualPriorityAndAddressYieldsLargerPortId) {
  election.advert(kC, advert_of(100), 0);
  election.advert(kB, advert_of(100), 0);
  EXPECT_EQ(election.owner(), kC);
  election.advert(kA, advert_of(100), 1);
  EXPECT_EQ(election.owner(), kC);
}

TEST_F(Rules, SilentOwnerYieldsFreshRivalAtTheMomentOfExpiry) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 1500);
  const Outcome outcome = election.tick(3000);
  EXPECT_THAT(changes_of(outcome), ElementsAre(OwnerChange{2101, kA, kB, Trigger::kExpiry, Rule::kFreshVrrp,
                                                           EvidenceClass::kVrrp, 100, kVrid}));
}

TEST_F(Rules, SilentOwnerWithoutRivalStays) {
  election.advert(kA, advert_of(150), 0);
  EXPECT_TRUE(election.tick(1'000'000'000).owner_stands());
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Rules, DemotedMasterNeverComesBackByTimeout) {
  election.advert(kB, advert_of(100), 0);
  election.advert(kA, advert_of(150), 10);
  election.advert(kA, advert_of(0), 20);
  EXPECT_EQ(election.owner(), kNobody);
  EXPECT_TRUE(election.tick(100'000).owner_stands());
}

TEST_F(Rules, AnnouncementAgainstFreshOwnerWaitsAndIsShadowed) {
  election.advert(kA, advert_of(100), 0);
  const Outcome outcome = election.announce(kB, Delivery::port_mac(), 100);
  EXPECT_THAT(outcome.remark(), Optional(LearnCounter::shadowed));
  EXPECT_TRUE(outcome.owner_stands());
}

TEST_F(Rules, WaitingAnnouncementIsAppliedWhenDeadTimeEnds) {
  election.advert(kA, advert_of(100), 0);
  election.announce(kB, Delivery::port_mac(), 100);
  EXPECT_TRUE(election.tick(4000).owner_stands());
  const Outcome outcome = election.tick(5000);
  EXPECT_THAT(changes_of(outcome), ElementsAre(OwnerChange{4001, kA, kB, Trigger::kExpiry, Rule::kLatestClaim,
                                                           EvidenceClass::kAnnouncement, 0, 0}));
}

TEST_F(Rules, WaitingAnnouncementIsAppliedWhenTheOwnerResigns) {
  election.advert(kA, advert_of(100), 0);
  election.announce(kB, Delivery::port_mac(), 100);
  const Outcome outcome = election.advert(kA, advert_of(0), 200);
  EXPECT_THAT(changes_of(outcome),
              ElementsAre(OwnerChange{200, kA, kNobody, Trigger::kResignation, Rule::kNobody,
                                      EvidenceClass::kNone, 0, 0},
                          OwnerChange{200, kNobody, kB, Trigger::kResignation, Rule::kLatestClaim,
                                      EvidenceClass::kAnnouncement, 0, 0}));
}

// B's adverts are of an earlier generation, so they do not make it the owner; but they prove that it speaks
// VRRP.
TEST_F(Rules, AnnouncementOfAFreshSpeakerNeedNotWaitForAStalledOwner) {
  election.advert(kB, advert_of(100), 0);
  election.advert(kA, advert_of(150, 125), 10);
  const Outcome outcome = election.announce(kB, Delivery::port_mac(), 400);
  EXPECT_THAT(changes_of(outcome),
              ElementsAre(OwnerChange{400, kA, kB, Trigger::kAnnouncement, Rule::kFreshVrrp,
                                      EvidenceClass::kVrrp, 100, kVrid}));
}

TEST_F(Rules, FourthAnnouncementInARowIsDampedAndAppliedLater) {
  election.announce(kA, Delivery::port_mac(), 10'000);
  election.announce(kB, Delivery::port_mac(), 10'000);
  election.announce(kA, Delivery::port_mac(), 10'000);
  election.announce(kB, Delivery::port_mac(), 10'000);
  const Outcome outcome = election.announce(kA, Delivery::port_mac(), 10'000);
  EXPECT_THAT(outcome.remark(), Optional(LearnCounter::damped));
  EXPECT_EQ(election.owner(), kB);
  EXPECT_EQ(election.next_due(), 12'000);
  election.tick(12'000);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Rules, AnnouncementOfTheOwnerRefreshes) {
  election.announce(kA, Delivery::port_mac(), 0);
  const Outcome outcome = election.announce(kA, Delivery::port_mac(), 1);
  EXPECT_THAT(outcome.remark(), Optional(LearnCounter::refreshed));
  EXPECT_TRUE(outcome.owner_stands());
}

TEST_F(Rules, WeakNeverDisplacesAnOwner) {
  election.announce(kA, Delivery::port_mac(), 0);
  EXPECT_THAT(election.weak(kB, 1).remark(), Optional(LearnCounter::weak_ignored));
  EXPECT_THAT(election.weak(kA, 1).remark(), Optional(LearnCounter::refreshed));
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Rules, WeakWhileReleasedIsIgnored) {
  election.advert(kA, advert_of(100), 0);
  election.advert(kA, advert_of(0), 1);
  EXPECT_THAT(election.weak(kB, 2).remark(), Optional(LearnCounter::weak_ignored));
  EXPECT_EQ(election.owner(), kNobody);
}

TEST_F(Rules, AnswerWhileReleasedElectsUnlessThePortResigned) {
  election.advert(kA, advert_of(100), 0);
  election.advert(kA, advert_of(0), 1);
  EXPECT_THAT(election.answer(kA, 2).remark(), Optional(LearnCounter::weak_ignored));
  EXPECT_EQ(election.owner(), kNobody);
  election.answer(kB, 3);
  EXPECT_EQ(election.owner(), kB);
}

TEST_F(Rules, ClaimOfAPortThatIsNotBoundIsRemarked) {
  EXPECT_THAT(election.advert(kX, advert_of(100), 0).remark(), Optional(LearnCounter::unbound));
  EXPECT_THAT(election.announce(kX, Delivery::port_mac(), 0).remark(), Optional(LearnCounter::unbound));
  EXPECT_THAT(election.weak(kX, 0).remark(), Optional(LearnCounter::unbound));
  EXPECT_THAT(election.answer(kX, 0).remark(), Optional(LearnCounter::unbound));
  EXPECT_THAT(election.advert(PortId(), advert_of(100), 0).remark(), Optional(LearnCounter::unbound));
  EXPECT_EQ(election.owner(), kNobody);
}

TEST_F(Rules, PortDownYieldsNobodyAtOnce) {
  election.advert(kA, advert_of(150), 0);
  EXPECT_THAT(changes_of(election.down(kA, 5)),
              ElementsAre(OwnerChange{5, kA, kNobody, Trigger::kPortDown, Rule::kNobody, EvidenceClass::kNone,
                                      0, 0}));
}

TEST_F(Rules, UnbindYieldsFreshRivalAtOnce) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 1);
  EXPECT_THAT(changes_of(election.unbind(kA, 5)),
              ElementsAre(OwnerChange{5, kA, kB, Trigger::kUnbind, Rule::kFreshVrrp, EvidenceClass::kVrrp,
                                      100, kVrid}));
}

TEST_F(Rules, PinWinsOverClaimsAndUnpinShowsThem) {
  election.advert(kA, advert_of(150), 0);
  EXPECT_THAT(changes_of(election.pin(kB, 1)),
              ElementsAre(OwnerChange{1, kA, kB, Trigger::kPin, Rule::kPinned, EvidenceClass::kNone, 0, 0}));
  EXPECT_EQ(election.elected(), kA);
  EXPECT_EQ(election.pinned(), kB);
  EXPECT_TRUE(election.announce(kC, Delivery::port_mac(), 10'000).owner_stands());
  EXPECT_THAT(changes_of(election.unpin(10'001)),
              ElementsAre(OwnerChange{10'001, kB, kC, Trigger::kUnpin, Rule::kLatestClaim,
                                      EvidenceClass::kAnnouncement, 0, 0}));
}

TEST_F(Rules, PinOfAPortThatIsNotBoundIsRefused) {
  const Outcome outcome = election.pin(kX, 0);
  EXPECT_THAT(outcome.remark(), Optional(LearnCounter::pin_refused));
  EXPECT_EQ(election.pinned(), kNobody);
}

TEST_F(Rules, PinnedPortThatIsHeardAgainOwnsAgain) {
  election.pin(kB, 0);
  election.down(kB, 1);
  EXPECT_EQ(election.owner(), kNobody);
  EXPECT_THAT(changes_of(election.weak(kB, 2)).front(),
              (OwnerChange{2, kNobody, kB, Trigger::kPortUp, Rule::kPinned, EvidenceClass::kNone, 0, 0}));
}

TEST_F(Rules, PortBoundWhileDownIsUpOnceHeard) {
  election.bind(kX, LinkState::kDown, 0);
  election.pin(kX, 1);
  EXPECT_EQ(election.owner(), kNobody);
  election.up(kX, 2);
  EXPECT_EQ(election.owner(), kX);
}

// --- the rate of claims (owner learning 4 "flood")

class ClaimRate : public ElectionTest {
 protected:
  // kA claims and resigns, again and again. Returns the changes of owner.
  std::size_t flood(unsigned count, TimeMs now) {
    std::size_t changes = 0;
    for (unsigned i = 0; i < count; ++i) {
      changes += election.advert(kA, advert_of(150), now).changes().size();
      changes += election.advert(kA, advert_of(0), now).changes().size();
    }
    return changes;
  }
};

TEST_F(ClaimRate, FloodOfNewsIsEvaluatedFourHundredTimes) {
  EXPECT_EQ(flood(2000, 0), 2 * 400u);
  EXPECT_THAT(election.advert(kA, advert_of(150), 0).remark(), Optional(LearnCounter::claim_rate));
}

TEST_F(ClaimRate, LastClaimIsEvaluatedInItsTurn) {
  flood(400, 0);
  election.advert(kA, advert_of(100), 0);
  election.advert(kA, advert_of(150), 0);
  EXPECT_EQ(election.owner(), kNobody);
  EXPECT_EQ(election.next_due(), 5);
  EXPECT_THAT(changes_of(election.tick(5)),
              ElementsAre(OwnerChange{5, kNobody, kA, Trigger::kExpiry, Rule::kFreshVrrp,
                                      EvidenceClass::kVrrp, 150, kVrid}));
}

TEST_F(ClaimRate, TwoHundredTurnsASecondComeBack) {
  flood(2000, 0);
  std::size_t changes = 0;
  for (TimeMs now = 1; now <= 1000; ++now) changes += flood(10, now);
  EXPECT_EQ(changes, 2 * 200u);
}

TEST_F(ClaimRate, RepetitionsTakeNoTurn) {
  for (int i = 0; i < 2000; ++i) election.advert(kA, advert_of(150), 0);
  election.advert(kA, advert_of(0), 0);
  EXPECT_EQ(flood(2000, 0), 2 * 399u);
}

TEST_F(ClaimRate, ResignationIsNeverLate) {
  flood(399, 0);
  election.advert(kA, advert_of(150), 0);
  ASSERT_EQ(election.owner(), kA);
  EXPECT_EQ(election.advert(kA, advert_of(0), 0).changes().size(), 1u);
  EXPECT_EQ(election.owner(), kNobody);
}

TEST_F(ClaimRate, OtherPortsHaveTurnsOfTheirOwn) {
  flood(2000, 0);
  election.advert(kB, advert_of(200), 0);
  EXPECT_EQ(election.owner(), kB);
}

TEST_F(ClaimRate, AnnouncementWithoutATurnWaits) {
  flood(2000, 0);
  EXPECT_THAT(election.announce(kA, Delivery::port_mac(), 0).remark(), Optional(LearnCounter::claim_rate));
  EXPECT_EQ(election.owner(), kNobody);
  election.tick(5);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(ClaimRate, DeliveryOfADeferredClaimFollows) {
  flood(399, 0);
  election.advert(kA, advert_of(150), 0);
  ASSERT_EQ(election.owner(), kA);
  AdvertEvidence by_group = advert_of(150);
  by_group.delivery = Delivery::virtual_mac(kVrid);
  EXPECT_FALSE(election.advert(kA, by_group, 0).delivery_changed());
  EXPECT_TRUE(election.tick(5).delivery_changed());
  EXPECT_EQ(election.delivery(), Delivery::virtual_mac(kVrid));
}

TEST_F(ClaimRate, TurnsGoOnAfterTheMillisecondsWrap) {
  const TimeMs wrap = TimeMs{1} << 32;
  flood(1, wrap - 100'000);
  EXPECT_EQ(flood(2000, wrap - 1), 2 * 400u);
  EXPECT_EQ(flood(2000, wrap), 0u);
  EXPECT_EQ(flood(2000, wrap + 99), 2 * 20u);
}

}  // namespace
}  // namespace vipswitch::owner
