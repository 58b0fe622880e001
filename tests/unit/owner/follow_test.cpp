// Addresses that no advert lists: they follow the group that the port which announced them had just acquired
// (owner learning 5.4 "Follow").

#include "tests/unit/owner/election_fixture.h"

namespace vipswitch::owner {
namespace {

constexpr VrrpGroup kGroup{Family::kIpv4, kVrid};

AdvertEvidence advert_from(std::uint8_t host, std::uint8_t priority) {
  AdvertEvidence evidence = advert_of(priority);
  evidence.primary_ip = Ipv4(10, 9, 0, host);
  return evidence;
}

class Follows : public ElectionTest {
 protected:
  // As a new master does: an advert of its group, then the announcement of what that does not list.
  void acquire(PortId port, const AdvertEvidence& evidence, TimeMs now) {
    election.group_advert(port, {evidence, GroupNews::kAcquired}, now);
    election.announce(port, Delivery::port_mac(), now + 1, evidence.group());
  }
  Outcome repeat(PortId port, const AdvertEvidence& evidence, TimeMs now) {
    return election.group_advert(port, {evidence}, now);
  }
};

TEST_F(Follows, AddressAnnouncedByANewMasterFollowsItsGroup) {
  acquire(kA, advert_of(150), 0);
  EXPECT_EQ(election.followed().vrid, kVrid);
  EXPECT_EQ(election.followed().family, Family::kIpv4);
  EXPECT_FALSE(election.followed().is_hint);
  EXPECT_EQ(election.state(1), OwnerState::kOwnedAnnouncement);
  repeat(kA, advert_of(150), 1000);
  EXPECT_EQ(election.state(1000), OwnerState::kOwnedVrrp);
  EXPECT_EQ(election.owner(), kA);
}

// Case 27: keepalived's winner of a healed partition announces nothing.
TEST_F(Follows, Case27HealWithoutAnnouncementMovesTheExcludedAddress) {
  acquire(kA, advert_from(1, 100), 0);
  ASSERT_EQ(election.owner(), kA);
  election.group_advert(kB, {advert_from(2, 100), GroupNews::kAcquired}, 115);
  EXPECT_EQ(election.owner(), kB) << "the larger address; A hears it and goes silent";
  for (TimeMs at = 1000; at < 7000; at += 1000) {
    if (at == 1000) repeat(kA, advert_from(1, 100), at);
    repeat(kB, advert_from(2, 100), at + 115);
    EXPECT_EQ(election.owner(), kB) << at;
  }
}

TEST_F(Follows, HigherPriorityThatSpeaksAgainTakesTheAddressBackSilently) {
  acquire(kA, advert_of(150), 0);
  for (TimeMs at = 1000; at < 4000; at += 1000) repeat(kA, advert_of(150), at);
  acquire(kB, advert_of(100), 6610);  // A was cut off
  ASSERT_EQ(election.owner(), kB);
  repeat(kA, advert_of(150), 8000);
  EXPECT_EQ(election.owner(), kA);
}

// Case 34.
TEST_F(Follows, Case34GroupThatListsNothingResignsForItsFollower) {
  acquire(kA, advert_of(100), 0);
  ASSERT_EQ(election.owner(), kA);
  repeat(kA, advert_of(0), 500);
  EXPECT_EQ(election.owner(), kNobody);
  EXPECT_EQ(election.state(500), OwnerState::kReleased);
}

TEST_F(Follows, AnnouncementUpToTwentyMillisecondsBeforeTheAdvertBelongsToIt) {
  election.announce(kA, Delivery::port_mac(), 100);
  election.group_advert(kA, {advert_of(150), GroupNews::kAcquired}, 120);
  EXPECT_EQ(election.followed().vrid, kVrid);
  EXPECT_EQ(election.state(120), OwnerState::kOwnedVrrp) << "that advert counts already";
}

TEST_F(Follows, EarlierAnnouncementDoesNot) {
  election.announce(kA, Delivery::port_mac(), 100);
  election.group_advert(kA, {advert_of(150), GroupNews::kAcquired}, 121);
  EXPECT_EQ(election.followed().vrid, 0);
}

TEST_F(Follows, AdvertOfAPortThatWasUnboundTeachesNothing) {
  election.announce(kA, Delivery::port_mac(), 100);
  election.unbind(kA, 101);
  election.group_advert(kA, {advert_of(150), GroupNews::kAcquired}, 102);
  EXPECT_EQ(election.followed().vrid, 0);
}

TEST_F(Follows, AnotherPortsAnnouncementDoesNot) {
  election.announce(kB, Delivery::port_mac(), 100);
  election.group_advert(kA, {advert_of(150), GroupNews::kAcquired}, 101);
  EXPECT_EQ(election.followed().vrid, 0);
}

TEST_F(Follows, NothingIsLearnedFromAPortThatHasSpokenForLong) {
  repeat(kA, advert_of(150), 0);
  election.announce(kA, Delivery::port_mac(), 1);
  repeat(kA, advert_of(150), 2);
  EXPECT_EQ(election.followed().vrid, 0);
}

TEST_F(Follows, AddressThatAdvertsListFollowsNothingElse) {
  election.advert(kA, advert_of(150), 0);
  election.announce(kA, Delivery::port_mac(), 1, {Family::kIpv4, 52});
  EXPECT_EQ(election.followed().vrid, 0);
}

TEST_F(Follows, ListingEndsIt) {
  acquire(kA, advert_of(150), 0);
  election.advert(kA, advert_of(150), 1000);
  EXPECT_EQ(election.followed().vrid, 0);
  EXPECT_EQ(election.state(1000), OwnerState::kOwnedVrrp);
}

TEST_F(Follows, GroupThatNoLongerListsTheAddressHasGivenItUp) {
  election.advert(kA, advert_of(150), 0);
  const Outcome outcome = repeat(kA, advert_of(150), 1000);
  EXPECT_EQ(outcome.remark(), LearnCounter::resigned);
  EXPECT_EQ(election.state(1000), OwnerState::kReleased);
}

// B's announcement waits until the advert that listed the address is too old to speak for B.
TEST_F(Follows, WhatWasDueBeforeTheAdvertComesFirst) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 0);
  election.announce(kB, Delivery::port_mac(), 1);
  const Outcome outcome = repeat(kB, advert_of(100), 5000);
  ASSERT_EQ(outcome.changes().size(), 1u);
  EXPECT_EQ(outcome.changes()[0].to, kB);
  EXPECT_FALSE(outcome.is_repetition());
  EXPECT_FALSE(outcome.remark()) << "it owns by its announcement, which no advert takes back";
  EXPECT_EQ(election.owner(), kB);
}

// keepalived whose addresses were all moved to the excluded ones.
TEST_F(Follows, GroupThatNowListsNothingKeepsTheAddressItListed) {
  election.advert(kA, advert_of(150), 0);
  election.group_advert(kA, {advert_of(150), GroupNews::kNone, true}, 1000);
  EXPECT_EQ(election.state(1000), OwnerState::kOwnedVrrp);
  election.group_advert(kA, {advert_of(0), GroupNews::kNone, true}, 1500);
  EXPECT_EQ(election.state(1500), OwnerState::kReleased);
}

TEST_F(Follows, GroupOfTheOtherFamilyAndTheSameNumberIsAnother) {
  election.advert(kA, advert_of(150), 0);
  AdvertEvidence other = advert_of(150);
  other.family = Family::kIpv6;
  repeat(kA, other, 1000);
  EXPECT_EQ(election.owner(), kA);
  EXPECT_EQ(election.state(1000), OwnerState::kOwnedVrrp);
}

TEST_F(Follows, AnotherGroupOfThePortSaysNothing) {
  acquire(kA, advert_of(150), 0);
  AdvertEvidence other = advert_of(0);
  other.vrid = 52;
  repeat(kA, other, 500);
  EXPECT_EQ(election.owner(), kA);
}

class FollowDoubted : public Follows {
 protected:
  FollowDoubted() {
    acquire(kA, advert_of(150), 0);
    repeat(kA, advert_of(150), 1000);
    repeat(kA, advert_of(150), 2000);
  }
  Outcome stray(TimeMs now) { return election.announce(kB, Delivery::port_mac(), now); }
};

TEST_F(FollowDoubted, NewMasterOfAnotherGroupDoesNotTakeItByOneAnnouncement) {
  const VrrpGroup other{Family::kIpv4, 52};
  EXPECT_EQ(election.announce(kB, Delivery::port_mac(), 2100, other).remark(), LearnCounter::shadowed);
  EXPECT_EQ(election.followed().vrid, kVrid);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Follows, ListedAddressIsNotTakenByTheAnnouncementOfAnotherPort) {
  election.advert(kA, advert_of(150), 0);
  election.announce(kB, Delivery::port_mac(), 100, {Family::kIpv4, 52});
  AdvertEvidence other = advert_of(200);
  other.vrid = 52;
  election.group_advert(kB, {other, GroupNews::kAcquired}, 110);
  EXPECT_EQ(election.followed().vrid, 0);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Follows, HintIsNoRivalOfAdvertsThatListTheAddress) {
  election.follow(kVrid, 0);
  election.advert(kA, advert_of(100), 1);
  AdvertEvidence other = advert_of(200);
  other.family = Family::kIpv6;
  repeat(kB, other, 100);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(Follows, AdvertThatListsTheAddressWinsAgainstOneThatCountsByHint) {
  election.follow(kVrid, 0);
  repeat(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 500);
  EXPECT_EQ(election.owner(), kB);
  repeat(kA, advert_of(150), 1000);
  EXPECT_EQ(election.owner(), kB);
}

TEST_F(FollowDoubted, TwoAnnouncementsASecondApartEndIt) {
  EXPECT_EQ(stray(2100).remark(), LearnCounter::shadowed);
  const Outcome second = stray(3100);
  EXPECT_EQ(election.followed().vrid, 0);
  EXPECT_EQ(election.owner(), kB) << "nothing holds against it any more";
  EXPECT_FALSE(second.changes().empty());
}

TEST_F(FollowDoubted, ManyAtOnceDoNot) {
  for (TimeMs at = 2100; at < 2130; ++at) stray(at);
  EXPECT_EQ(election.followed().vrid, kVrid);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(FollowDoubted, TwoMoreThanAMinuteApartDoNot) {
  stray(2100);
  for (TimeMs at = 3000; at <= 62'000; at += 1000) repeat(kA, advert_of(150), at);
  stray(62'101);
  EXPECT_EQ(election.followed().vrid, kVrid);
}

TEST_F(FollowDoubted, ThoseOfAPortThatSpeaksForTheGroupDoNot) {
  for (TimeMs at = 2100; at < 5000; at += 500) {
    repeat(kA, advert_of(150), at);
    repeat(kB, advert_of(100), at + 1);
    election.announce(kB, Delivery::port_mac(), at + 2);
  }
  EXPECT_EQ(election.followed().vrid, kVrid);
}

TEST_F(FollowDoubted, OwnersOwnAnnouncementStartsTheCountAnew) {
  stray(2100);
  election.announce(kA, Delivery::port_mac(), 2200);
  stray(3150);
  EXPECT_EQ(election.followed().vrid, kVrid);
}

TEST_F(FollowDoubted, WhereNobodyIsHeardAnnouncementsContradictNothing) {
  stray(30'000);
  stray(31'500);
  EXPECT_EQ(election.followed().vrid, kVrid);
}

class FollowHint : public Follows {};

// Nobody has called the election since: time has passed all the same.
TEST_F(FollowHint, CountsTheGroupOnceAdvertsThatListTheAddressAreNoLongerFresh) {
  election.follow(kVrid, 0);
  election.advert(kA, advert_of(150), 0);
  repeat(kB, advert_of(100), 2100);
  EXPECT_EQ(election.owner(), kA);
  repeat(kB, advert_of(100), 2101);
  EXPECT_EQ(election.owner(), kB);
}

TEST_F(FollowHint, CountsTheGroupWithoutAnAnnouncement) {
  election.follow(kVrid, 0);
  repeat(kA, advert_of(150), 1);
  EXPECT_EQ(election.owner(), kA);
  EXPECT_TRUE(election.followed().is_hint);
}

TEST_F(FollowHint, MeansTheGroupOfEitherFamily) {
  election.follow(kVrid, 0);
  AdvertEvidence other = advert_of(150);
  other.family = Family::kIpv6;
  repeat(kA, other, 1);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(FollowHint, OverridesWhatIsLearned) {
  acquire(kA, advert_of(150), 0);
  repeat(kA, advert_of(150), 100);
  election.follow(52, 200);
  AdvertEvidence other = advert_of(100);
  other.vrid = 52;
  repeat(kB, other, 300);
  EXPECT_EQ(election.owner(), kB);
  acquire(kA, advert_of(150), 400);
  EXPECT_EQ(election.followed().vrid, 52);
  EXPECT_EQ(election.owner(), kB);
}

TEST_F(FollowHint, OfTheGroupThatWasLearnedChangesNothingAndLeavesIt) {
  acquire(kA, advert_of(150), 0);
  repeat(kA, advert_of(150), 1000);
  election.follow(kVrid, 1100);
  EXPECT_EQ(election.state(1100), OwnerState::kOwnedVrrp);
  election.follow(0, 1200);
  EXPECT_EQ(election.state(1200), OwnerState::kOwnedVrrp);
  EXPECT_EQ(election.followed().vrid, kVrid);
  EXPECT_FALSE(election.followed().is_hint);
}

TEST_F(FollowHint, TakenBackLeavesTheOwner) {
  election.follow(kVrid, 0);
  repeat(kA, advert_of(150), 1);
  election.follow(0, 100);
  EXPECT_EQ(election.owner(), kA);
  EXPECT_EQ(election.state(100), OwnerState::kOwnedAnnouncement);
}

TEST_F(Follows, ForgottenWithTheRest) {
  acquire(kA, advert_of(150), 0);
  election.forget(10);
  EXPECT_EQ(election.followed().vrid, 0);
}

// --- adverts that nobody hears

class Outranked : public ElectionTest {};

TEST_F(Outranked, AdvertOfALoserIsToldEachTime) {
  EXPECT_EQ(election.advert(kA, advert_of(150), 0).outranked(), kNobody);
  EXPECT_EQ(election.advert(kB, advert_of(100), 300).outranked(), kB);
  EXPECT_EQ(election.advert(kA, advert_of(150), 1000).outranked(), kNobody);
  const Outcome repeated = election.advert(kB, advert_of(100), 1300);
  EXPECT_TRUE(repeated.is_repetition());
  EXPECT_EQ(repeated.outranked(), kB);
}

TEST_F(Outranked, SuccessorOfASilentOwnerIsNot) {
  election.advert(kA, advert_of(150), 0);
  EXPECT_EQ(election.advert(kB, advert_of(100), 3609).outranked(), kNobody);
}

// --- why each port is, or is not, the one

class StandingOf : public ElectionTest {
 protected:
  CandidateStanding of(PortId port, TimeMs now) { return election.member(port, now)->standing; }
};

TEST_F(StandingOf, PortsOfASplit) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kB, advert_of(100), 1);
  EXPECT_EQ(of(kA, 2), CandidateStanding::kElected);
  EXPECT_EQ(of(kB, 2), CandidateStanding::kOutranked);
  EXPECT_EQ(of(kC, 2), CandidateStanding::kNeverClaimed);
}

TEST_F(StandingOf, PortsThatLeft) {
  election.advert(kA, advert_of(150), 0);
  election.advert(kA, advert_of(0), 10);
  election.announce(kB, Delivery::port_mac(), 20);
  election.down(kC, 30);
  EXPECT_EQ(of(kA, 40), CandidateStanding::kResigned);
  EXPECT_EQ(of(kB, 40), CandidateStanding::kElected);
  EXPECT_EQ(of(kC, 40), CandidateStanding::kDown);
}

TEST_F(StandingOf, ClaimsThatWait) {
  election.advert(kA, advert_of(150), 0);
  election.announce(kB, Delivery::port_mac(), 10);
  EXPECT_EQ(of(kB, 11), CandidateStanding::kShadowed);
  ASSERT_TRUE(election.waiting(60));
  EXPECT_EQ(election.waiting(60)->port, kB);
  EXPECT_EQ(election.waiting(60)->age_ms, 50);
  EXPECT_TRUE(election.waiting(60)->is_shadowed);
}

TEST_F(StandingOf, ClaimsBeyondTheDamping) {
  for (const PortId port : {kA, kB, kA, kB}) election.announce(port, Delivery::port_mac(), 0);
  EXPECT_EQ(election.damping(0).moves_left, 0);
  EXPECT_EQ(election.damping(0).next_move_ms, 2000);
  election.announce(kC, Delivery::port_mac(), 1);
  EXPECT_EQ(of(kC, 2), CandidateStanding::kDamped);
  EXPECT_EQ(of(kA, 2), CandidateStanding::kSuperseded);
}

TEST_F(StandingOf, FullDampingHasNothingToWaitFor) {
  EXPECT_EQ(election.damping(0).moves_left, 3);
  EXPECT_EQ(election.damping(0).next_move_ms, 0);
}

}  // namespace
}  // namespace vipswitch::owner
