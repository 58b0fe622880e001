// What the election shows of itself: state, deadlines, delivery MAC, members, snapshots.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dataplane/owner/standalone_election.h"
#include "tests/unit/owner/election_fixture.h"

namespace vipswitch::owner {
namespace {

constexpr Delivery kPortMac = Delivery::port_mac(), kVirtualMac = Delivery::virtual_mac(kVrid);

// --- state
// --------------------------------------------------------------------------------------------------------

using State = ElectionTest;

TEST_F(State, WithoutClaimsIsUnknown) {
  EXPECT_EQ(election.state(0), OwnerState::kUnknown);
}

TEST_F(State, OfVrrpOwnerIsSuspectOnceNotFresh) {
  election.advert(kA, advert_of(150), 0);
  EXPECT_EQ(election.state(0), OwnerState::kOwnedVrrp);
  EXPECT_EQ(election.state(2100), OwnerState::kOwnedVrrp);
  EXPECT_EQ(election.state(2101), OwnerState::kSuspect);
  EXPECT_EQ(election.suspect_from(), 2101);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(State, OfAnnouncerIsOwnedAnnouncement) {
  election.announce(kA, kPortMac, 0);
  EXPECT_EQ(election.state(1'000'000), OwnerState::kOwnedAnnouncement);
}

TEST_F(State, OfWeakClaimantIsOwnedAnnouncement) {
  election.weak(kA, 0);
  EXPECT_EQ(election.state(0), OwnerState::kOwnedAnnouncement);
}

TEST_F(State, AfterResignationIsReleased) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kA, advert_of(0), 1);
  EXPECT_EQ(election.state(1), OwnerState::kReleased);
}

TEST_F(State, AfterPortDownIsReleased) {
  election.announce(kA, kPortMac, 0);
  election.down(kA, 1);
  EXPECT_EQ(election.state(1), OwnerState::kReleased);
}

TEST_F(State, AfterUnbindIsReleased) {
  election.announce(kA, kPortMac, 0);
  election.unbind(kA, 1);
  EXPECT_EQ(election.state(1), OwnerState::kReleased);
}

TEST_F(State, WithPinnedPortIsPinnedWhileThatIsUp) {
  election.pin(kA, 0);
  EXPECT_EQ(election.state(0), OwnerState::kPinned);
  election.down(kA, 1);
  EXPECT_EQ(election.state(1), OwnerState::kUnknown);
}

// --- deadlines
// ----------------------------------------------------------------------------------------------------

using Deadline = ElectionTest;

TEST(Freshness, StaysBelowThreeIntervals) {
  EXPECT_EQ(freshness_ms(10), 28);
  EXPECT_EQ(freshness_ms(124), 347);
  EXPECT_EQ(freshness_ms(125), 350);
  EXPECT_EQ(freshness_ms(1000), 2100);
  EXPECT_EQ(freshness_ms(4'000'000'000), 8'000'000'100);
  EXPECT_EQ(dead_time_ms(1000), 4000);
}

TEST_F(Deadline, OfAMasterWithoutRivalsIsNever) {
  election.advert(kA, advert_of(150), 0);
  EXPECT_EQ(election.next_due(), Election::kNever);
}

TEST_F(Deadline, OfAMasterWithARivalIsTheEndOfItsFreshness) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 10);
  EXPECT_EQ(election.next_due(), 2101);
}

TEST_F(Deadline, AfterARepeatedAdvertMovesOnAtTheNextTick) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 10);
  election.advert(kA, advert_of(150), 1000);
  EXPECT_LE(election.next_due(), 3101);
  EXPECT_TRUE(election.tick(2101).owner_stands());
  EXPECT_EQ(election.next_due(), 3101);
}

TEST_F(Deadline, OfAWaitingAnnouncementIsTheEndOfTheDeadTime) {
  election.advert(kA, advert_of(150), 0);
  election.announce(kB, kPortMac, 10);
  EXPECT_EQ(election.next_due(), 2101);
  election.tick(2101);
  EXPECT_EQ(election.next_due(), 4001);
}

TEST_F(Deadline, OfAWaitingAnnouncementIsItsOwnEnd) {
  election.advert(kA, advert_of(150, 60'000), 0);
  election.announce(kB, kPortMac, 10);
  EXPECT_EQ(election.next_due(), 10'011);
  election.tick(10'011);
  EXPECT_EQ(election.next_due(), Election::kNever);
}

TEST_F(Deadline, IsNotMissedHoweverLateTheTick) {
  election.advert(kA, advert_of(150), 0);
  election.announce(kB, kPortMac, 10);
  const Outcome outcome = election.tick(1'000'000);
  ASSERT_EQ(outcome.changes().size(), 1u);
  EXPECT_EQ(outcome.changes()[0].at_ms, 4001);
}

TEST_F(Deadline, ClockBehindDoesNotTakeTimeBack) {
  election.advert(kA, advert_of(150), 5000);
  election.advert(kA, advert_of(150), 3000);
  EXPECT_EQ(election.time(), 5000);
  EXPECT_EQ(election.member(0, 4000).last_advert_age_ms, 0);
  election.announce(kB, kPortMac, 1000);
  EXPECT_EQ(election.time(), 5000);
}

// --- delivery MAC
// -------------------------------------------------------------------------------------------------

using DeliveryMac = ElectionTest;

AdvertEvidence advert_from(Delivery delivery) {
  AdvertEvidence evidence = advert_of(150);
  evidence.delivery = delivery;
  return evidence;
}

TEST_F(DeliveryMac, WithoutEvidenceIsThePorts) {
  election.pin(kA, 0);
  EXPECT_EQ(election.delivery(), kPortMac);
}

TEST_F(DeliveryMac, FollowsTheAdvertsSource) {
  election.advert(kA, advert_from(kVirtualMac), 0);
  EXPECT_EQ(election.delivery(), kVirtualMac);
}

TEST_F(DeliveryMac, FollowsTheAnnouncementBeforeTheAdvert) {
  election.advert(kA, advert_from(kPortMac), 0);
  const Outcome outcome = election.announce(kA, kVirtualMac, 1);
  EXPECT_TRUE(outcome.delivery_changed());
  EXPECT_FALSE(outcome.owner_stands());
  EXPECT_EQ(election.delivery(), kVirtualMac);
  EXPECT_TRUE(election.advert(kA, advert_from(kPortMac), 1000).owner_stands());
  EXPECT_EQ(election.delivery(), kVirtualMac);
}

TEST_F(DeliveryMac, ChangeOfTheAdvertsSourceIsReported) {
  election.advert(kA, advert_from(kPortMac), 0);
  EXPECT_TRUE(election.advert(kA, advert_from(kVirtualMac), 1000).delivery_changed());
  EXPECT_FALSE(election.advert(kA, advert_from(kVirtualMac), 2000).delivery_changed());
}

TEST_F(DeliveryMac, OfAnotherPortIsNotReported) {
  election.advert(kA, advert_from(kPortMac), 0);
  const Outcome outcome = election.announce(kB, kVirtualMac, 1);
  EXPECT_FALSE(outcome.delivery_changed());
  EXPECT_EQ(election.delivery(), kPortMac);
}

TEST_F(DeliveryMac, OfAShadowedAnnouncementCountsOnceItsPortOwns) {
  election.advert(kA, advert_of(100), 0);
  election.announce(kB, kVirtualMac, 1);
  election.advert(kB, advert_of(200), 2);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_EQ(election.delivery(), kVirtualMac);
}

TEST_F(DeliveryMac, IsNotChangedByWeakEvidence) {
  election.announce(kA, kVirtualMac, 0);
  EXPECT_TRUE(election.weak(kA, 1).owner_stands());
  EXPECT_TRUE(election.answer(kA, 1).owner_stands());
  EXPECT_EQ(election.delivery(), kVirtualMac);
}

TEST_F(DeliveryMac, IsForgottenWithTheBinding) {
  election.announce(kA, kVirtualMac, 0);
  election.unbind(kA, 1);
  election.bind(kA, LinkState::kUp, 2);
  election.advert(kA, advert_from(kPortMac), 3);
  EXPECT_EQ(election.delivery(), kPortMac);
}

TEST(Delivery, OfSourceKnowsThePortsAndTheVirtualMac) {
  const Mac port{0x02, 0, 0, 0, 0, 0x0a};
  EXPECT_EQ(Delivery::of_source(port, port), Delivery::port_mac());
  EXPECT_EQ(Delivery::of_source(Mac::vrrp_ipv4(51), port), Delivery::virtual_mac(51));
  EXPECT_EQ(Delivery::of_source(Mac::vrrp_ipv4(0), port), std::nullopt);
  EXPECT_EQ(Delivery::of_source(Mac::vrrp_ipv6(51), port), std::nullopt);
  EXPECT_EQ(Delivery::of_source(Mac(0x02, 0, 0, 0, 0, 0x0b), port), std::nullopt);
}

TEST(Delivery, Ipv4MacIsThePortsOrTheVirtual) {
  const Mac port{0x02, 0, 0, 0, 0, 0x0a};
  EXPECT_EQ(Delivery::port_mac().ipv4_mac(port), port);
  EXPECT_EQ(Delivery::virtual_mac(51).ipv4_mac(port), Mac(0, 0, 0x5e, 0, 1, 51));
}

// --- members
// ------------------------------------------------------------------------------------------------------

using MembersOf = ElectionTest;

TEST_F(MembersOf, AreShownInOrderOfBinding) {
  election.unbind(kA, 0);
  election.bind(kA, LinkState::kDown, 0);
  ASSERT_EQ(election.member_count(), 3u);
  EXPECT_EQ(election.member(0, 0).port, kB);
  EXPECT_EQ(election.member(1, 0).port, kC);
  EXPECT_EQ(election.member(2, 0).port, kA);
  EXPECT_TRUE(election.member(2, 0).down);
}

TEST_F(MembersOf, KeepTheirRecordsWhenAnotherLeaves) {
  election.advert(kC, advert_of(120), 0);
  election.unbind(kA, 1);
  EXPECT_EQ(election.owner(), kC);
  EXPECT_EQ(election.member(1, 1).advert, advert_of(120));
}

TEST_F(MembersOf, ShowFreshnessAndAge) {
  EXPECT_EQ(election.member(0, 0).last_advert_age_ms, -1);
  election.advert(kA, advert_of(150), 100);
  const MemberStatus fresh = election.member(0, 2200), stale = election.member(0, 2201);
  EXPECT_TRUE(fresh.fresh);
  EXPECT_FALSE(stale.fresh);
  EXPECT_TRUE(stale.active);
  EXPECT_EQ(stale.last_advert_age_ms, 2101);
  EXPECT_EQ(stale.evidence, EvidenceClass::kVrrp);
}

TEST_F(MembersOf, ShowResignation) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kA, advert_of(0), 10);
  const MemberStatus status = election.member(0, 10);
  EXPECT_TRUE(status.resigned);
  EXPECT_FALSE(status.active);
  EXPECT_EQ(status.advert.priority, 150);
}

TEST_F(MembersOf, BoundTwiceAreOne) {
  election.advert(kA, advert_of(150), 0);
  election.bind(kA, LinkState::kDown, 1);
  EXPECT_EQ(election.member_count(), 3u);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(MembersOf, UpToTheLastCanOwn) {
  for (std::uint32_t id = 20; election.member_count() < Election::kMaxMembers; ++id) {
    election.bind(PortId(id), LinkState::kUp, 0);
  }
  const PortId last = election.member(Election::kMaxMembers - 1, 0).port;
  election.advert(last, advert_of(100), 0);
  EXPECT_EQ(election.owner(), last);
  for (std::size_t count = Election::kMaxMembers; count > 0; --count)
    election.unbind(election.member(0, 1).port, 1);
  EXPECT_EQ(election.member_count(), 0u);
  EXPECT_EQ(election.state(1), OwnerState::kReleased);
}

TEST_F(MembersOf, OfASnapshotDoNotChange) {
  election.advert(kA, advert_of(150), 0);
  const StandaloneElection snapshot = election;
  election.down(kA, 1);
  EXPECT_EQ(snapshot.owner(), kA);
  EXPECT_TRUE(snapshot.member(0, 1).active);
}

}  // namespace
}  // namespace vipswitch::owner
