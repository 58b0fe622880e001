// Each thing that the advisor looks for, and that a HAVIP in order has none of them.

#include "control/advice/advisor.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/control/havip_samples.h"

namespace vipswitch::advice {
namespace {

using test::speaker;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class AdvisorTest : public testing::Test {
 protected:
  AdvisorTest() {
    havip_.candidates[1] = {"p12", true, false, false, EvidenceClass::kVrrp, 100, 51, 1000, 90'000};
    speakers_[1].last_advert_age_ms = 90'000;
  }

  std::vector<AdviceCode> codes() {
    std::vector<AdviceCode> result;
    for (const auto& advice : advise(havip_, speakers_)) result.push_back(advice.code);
    return result;
  }
  // The only one.
  std::string sentence() {
    const auto advice = advise(havip_, speakers_);
    return advice.size() == 1 ? advice[0].sentence : std::to_string(advice.size()) + " sentences";
  }
  // p11 only announced the address, nobody adverts it.
  void announce_only() {
    havip_.state = OwnerState::kOwnedAnnouncement;
    for (auto& candidate : havip_.candidates) candidate.last_advert_age_ms = -1;
    for (auto& candidate : havip_.candidates) candidate.priority = 0;
    speakers_.clear();
  }

  HavipStatus havip_ = test::owned_havip();
  std::vector<VrrpSpeaker> speakers_{speaker("p11", 150), speaker("p12", 100)};
};

TEST_F(AdvisorTest, HavipInOrderNeedsNone) {
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdvisorTest, WordsOfCodesAreTheirNames) {
  EXPECT_EQ(to_word(AdviceCode::no_port), "no_port");
  EXPECT_EQ(to_word(AdviceCode::multicast_mac), "multicast_mac");
}

TEST_F(AdvisorTest, FilterOfTheSwitchItselfIsToldFirst) {
  havip_.candidates[0].vrrp_filter = VrrpFilter::kIn;
  havip_.has_contention = true;
  ASSERT_FALSE(codes().empty());
  EXPECT_EQ(codes()[0], AdviceCode::vrrp_filter);
  EXPECT_THAT(advise(havip_, speakers_)[0].sentence, HasSubstr("drops VRRP adverts of p11 (vrrp_filter in)"));
}

TEST_F(AdvisorTest, EqualPrioritiesNameThePorts) {
  havip_.candidates[1].priority = 150;
  EXPECT_EQ(sentence(),
            "p11 and p12 have the same priority 150 in VRID 51, so which of them owns 10.77.0.100 depends on "
            "who started first: give each a priority of its own");
}

TEST_F(AdvisorTest, PriorityOfLongAgoOrOfAnotherGroupIsNotCompared) {
  havip_.candidates[1].priority = 150;
  havip_.candidates[1].last_advert_age_ms = kComparedMs + 1;
  EXPECT_THAT(codes(), IsEmpty());
  havip_.candidates[1].last_advert_age_ms = 1000;
  havip_.candidates[1].vrid = 52;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdvisorTest, TwoGroupsWithOneVridAreNamedWithTheirHavips) {
  auto other = speaker("p13", 100);
  other.havips = {"back", "side"};
  speakers_.push_back(other);
  EXPECT_EQ(sentence(),
            "VRID 51 of subnet web is used by p11 for front and by p13 for back and side: the switch keeps "
            "their adverts apart, but their virtual MAC is the same, and another network would mix them up; "
            "give one of the groups another virtual_router_id");
}

TEST_F(AdvisorTest, GroupOfAnotherSubnetMayHaveTheVrid) {
  auto other = speaker("p21", 100);
  other.subnet = "db";
  other.havips = {"back"};
  speakers_.insert(speakers_.begin(), other);
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdvisorTest, AnnouncementsWithoutAdvertsAreNamed) {
  announce_only();
  EXPECT_EQ(sentence(),
            "p11 announced 10.77.0.100, and no port adverts it by VRRP: if p11 dies, 10.77.0.100 stays with "
            "it until another port announces it; run keepalived in the VMs, or see that the cluster software "
            "announces every takeover");
}

TEST_F(AdvisorTest, GroupThatLeavesOutAnAnnouncedAddressIsNamed) {
  announce_only();
  speakers_ = {speaker("p11", 150)};
  speakers_[0].havips = {};
  EXPECT_THAT(sentence(),
              HasSubstr("p11 adverts in VRID 51, but does not list 10.77.0.100, which it announced"));
}

TEST_F(AdvisorTest, AdvertOfLongAgoProvesNoAdverts) {
  havip_.state = OwnerState::kOwnedAnnouncement;
  havip_.candidates[0].last_advert_age_ms = havip_.candidates[1].last_advert_age_ms = 30'000;
  EXPECT_THAT(codes(), IsEmpty());
  havip_.candidates[0].last_advert_age_ms = havip_.candidates[1].last_advert_age_ms = 90'000;
  speakers_.clear();
  EXPECT_THAT(sentence(), HasSubstr("p11 announced 10.77.0.100, and no port adverts it by VRRP"));
}

TEST_F(AdvisorTest, AddressThatFollowsAGroupNeedsNoAdvertsOfItsOwn) {
  announce_only();
  havip_.follows = FollowStatus{51, Family::kIpv4, false};
  havip_.last_announcement_age_ms = 5000;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdvisorTest, ExcludedAddressWithoutRefreshIsNamed) {
  announce_only();
  havip_.follows = FollowStatus{51, Family::kIpv4, false};
  havip_.last_announcement_age_ms = 75'000;
  EXPECT_EQ(
      sentence(),
      "10.77.0.100 is in no advert and goes with VRID 51, with which it was announced; nobody has announced "
      "it for 75 s, and a restarted switch waits for the next announcement: set garp_master_refresh to 30 in "
      "the VMs, list 10.77.0.100 in virtual_ipaddress, or tell the switch by havip follow front 51");
  havip_.follows->is_hint = true;
  havip_.candidates[0] = {"p11", true, true, false, EvidenceClass::kVrrp, 150, 51, 1000, 345};
  havip_.candidates[0].is_follower = true;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdvisorTest, DifferentIntervalsAreNamedWithWhatTheVersionMakesOfThem) {
  speakers_[1].interval_ms = 500;
  EXPECT_EQ(sentence(),
            "p11 adverts every 1000 ms and p12 (last heard 90 s ago) every 500 ms in VRID 51: with VRRPv2 "
            "each drops the other's adverts, so both become master; set the same advert_int in both");
  for (auto& each : speakers_) each.version = 3;
  EXPECT_THAT(sentence(), HasSubstr("how long a failover takes depends on who was the master"));
}

TEST_F(AdvisorTest, DifferentListsAreNamedByWhatOnlyOneHas) {
  speakers_[1].last_advert_age_ms = 1000;
  speakers_[1].list_size = 2;
  speakers_[1].havips = {"back", "front"};
  EXPECT_EQ(sentence(),
            "p11 lists 1 address and p12 2 in VRID 51, only p12 lists back: each may drop the other's "
            "adverts; make their virtual_ipaddress the same");
  speakers_[1] = speaker("p12", 100);
  speakers_[1].list_hash = 8;
  EXPECT_THAT(sentence(), HasSubstr("p11 and p12 list different addresses in VRID 51"));
}

TEST_F(AdvisorTest, DifferentAuthenticationVersionAndCastAreNamed) {
  speakers_[1].last_advert_age_ms = 1000;
  speakers_[1].auth = VrrpAuth::kPassword;
  EXPECT_THAT(sentence(), HasSubstr("p11 adverts without authentication and p12 with a password in VRID 51"));
  speakers_[1].auth = VrrpAuth::kNone;
  speakers_[1].version = 3;
  EXPECT_THAT(sentence(), HasSubstr("p11 speaks VRRPv2 and p12 VRRPv3 in VRID 51"));
  speakers_[1].version = 2;
  speakers_[1].is_unicast = true;
  EXPECT_THAT(sentence(), HasSubstr("p11 adverts by multicast and p12 by unicast in VRID 51"));
}

TEST_F(AdvisorTest, DifferentVridsAreNamedInsteadOfTheRest) {
  speakers_[1] = speaker("p12", 100, 52);
  speakers_[1].auth = VrrpAuth::kHeader;
  EXPECT_THAT(sentence(), HasSubstr("p11 speaks for 10.77.0.100 with VRID 51 and p12 with VRID 52"));
}

TEST_F(AdvisorTest, AdvertsOfLongAgoAreNotCompared) {
  speakers_[1].interval_ms = 500;
  speakers_[1].last_advert_age_ms = kComparedMs + 1;
  EXPECT_THAT(codes(), IsEmpty());
}

class SilentOwnerTest : public AdvisorTest {
 protected:
  SilentOwnerTest() {
    havip_.state = OwnerState::kSuspect;
    havip_.candidates[0].fresh = false;
    havip_.candidates[0].last_advert_age_ms = 9'000;
    speakers_[0].last_advert_age_ms = 9'000;
    havip_.probing = ProbingStatus{"p11", 200, 400, -1};
  }
};

TEST_F(SilentOwnerTest, OwnerWhoseAdvertsCeasedIsNamedOnceOthersCouldHaveTakenOver) {
  EXPECT_EQ(sentence(),
            "p11 has not adverted 10.77.0.100 for 9.0 s, and no other port took over; it does not answer the "
            "switch either: see that keepalived runs in the VM of p11, that no filter drops IP protocol 112, "
            "and why no other member takes over");
  havip_.probing = ProbingStatus{"p11", 200, -1, 400};
  EXPECT_THAT(sentence(), HasSubstr("; it answers when the switch asks, so it keeps the address: see"));
  havip_.candidates[0].last_advert_age_ms = 4'000;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(SilentOwnerTest, RememberedOwnerIsGivenAMinute) {
  havip_.candidates[0].restored = true;
  havip_.candidates[0].last_advert_age_ms = -1;
  havip_.probing.reset();
  havip_.owner_since_ms = 0;
  havip_.now_ms = kPatienceMs - 1;
  EXPECT_THAT(codes(), IsEmpty());
  havip_.now_ms = 75'000;
  EXPECT_EQ(sentence(),
            "p11 had 10.77.0.100 before the switch restarted, and has neither adverted nor announced it in "
            "the 75 s since: see that keepalived, or the cluster software, runs in its VM");
}

class HintTest : public AdvisorTest {
 protected:
  HintTest() { havip_.follows = FollowStatus{77, std::nullopt, true}; }
};

TEST_F(HintTest, GroupThatNobodySpeaksIsNamed) {
  for (auto& candidate : havip_.candidates) candidate.last_advert_age_ms = -1;
  EXPECT_EQ(sentence(),
            "havip follow says that 10.77.0.100 goes with VRID 77, and no bound port adverts VRID 77: see "
            "which groups they speak (show vrrp), and name that one, or start the VRRP daemon in the VMs");
}

TEST_F(HintTest, AddressThatIsListedNeedsNone) {
  EXPECT_EQ(sentence(),
            "havip follow says that 10.77.0.100 goes with VRID 77, but p11 lists 10.77.0.100 in its adverts "
            "of VRID 51, and these count: havip follow front none, or take 10.77.0.100 out of that list");
  havip_.follows->vrid = 51;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(HintTest, GroupThatIsSpokenIsInOrder) {
  havip_.follows->vrid = 51;
  havip_.candidates[0].is_follower = true;
  EXPECT_THAT(codes(), IsEmpty());
}

class SplitBrainTest : public AdvisorTest {
 protected:
  SplitBrainTest() {
    havip_.has_contention = true;
    havip_.candidates[1].fresh = true;
    havip_.candidates[1].last_advert_age_ms = 400;
    havip_.candidates[1].standing = CandidateStanding::kOutranked;
    speakers_[1].last_advert_age_ms = 400;
  }
};

TEST_F(SplitBrainTest, WithoutADifferenceAFilterIsTheLikelyCause) {
  EXPECT_EQ(sentence(),
            "p12 (priority 100) adverts 10.77.0.100 though p11 (priority 150) does: p12 does not hear p11; "
            "the likely cause is a filter on IP protocol 112 in a VM or security group");
}

TEST_F(SplitBrainTest, DifferenceIsTheLikelyCause) {
  speakers_[1].auth = VrrpAuth::kPassword;
  const auto advice = advise(havip_, speakers_);
  ASSERT_FALSE(advice.empty());
  EXPECT_THAT(
      advice[0].sentence,
      HasSubstr(
          "the likely cause is their authentication, one with a password and one without authentication"));
  EXPECT_THAT(codes(), ElementsAre(AdviceCode::split_brain, AdviceCode::different_auth));
  speakers_[1] = speaker("p12", 100, 52);
  EXPECT_THAT(advise(havip_, speakers_)[0].sentence, HasSubstr("the likely cause is their VRIDs 52 and 51"));
}

TEST_F(SplitBrainTest, FilterOfTheSwitchIsTheCause) {
  havip_.candidates[1].vrrp_filter = VrrpFilter::kIn;
  EXPECT_THAT(advise(havip_, speakers_)[1].sentence,
              HasSubstr("the likely cause is the vrrp_filter that the switch itself holds"));
}

TEST_F(SplitBrainTest, UnicastPeersMayMissEachOther) {
  for (auto& each : speakers_) each.is_unicast = true;
  EXPECT_THAT(sentence(), HasSubstr("the likely cause is their unicast_peer lists"));
}

TEST_F(SplitBrainTest, OneThatIsOverIsToldAsOver) {
  havip_.candidates[1].fresh = false;
  EXPECT_THAT(
      sentence(),
      HasSubstr("within the last minute p11 and p12 adverted 10.77.0.100 at once, and now they do not"));
  // Who was bound anew since, or is bound no longer, is nobody's business.
  havip_.candidates[1].last_advert_age_ms = -1;
  EXPECT_THAT(codes(), IsEmpty());
  havip_.candidates.pop_back();
  EXPECT_THAT(codes(), IsEmpty());
}

class UnclaimedTest : public AdvisorTest {
 protected:
  UnclaimedTest() {
    havip_.state = OwnerState::kUnknown;
    havip_.owner.clear();
    havip_.now_ms = 100'000;
    havip_.unclaimed_since_ms = 25'000;
    havip_.candidates = {{"p11", false, false, false, EvidenceClass::kNone, 0, 0, 0, -1},
                         {"p12", false, false, false, EvidenceClass::kNone, 0, 0, 0, -1}};
    speakers_.clear();
  }
};

TEST_F(UnclaimedTest, NobodyClaimedForAMinute) {
  EXPECT_EQ(sentence(),
            "nobody has claimed 10.77.0.100 for 75 s: start the VRRP daemon in the VMs of p11 and p12, and "
            "see that it lists 10.77.0.100 and that no filter there drops ARP or IP protocol 112");
  havip_.unclaimed_since_ms = 50'000;
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(UnclaimedTest, GroupOfTheOtherFamilyIsSuggested) {
  speakers_ = {speaker("p11", 150)};
  speakers_[0].havips = {};
  speakers_[0].family = Family::kIpv6;
  EXPECT_EQ(sentence(),
            "nobody has claimed 10.77.0.100 for 75 s, though p11 adverts VRID 51 (ipv6) without it: list "
            "10.77.0.100 there, or, where it moves with that group, say havip follow front 51");
  speakers_[0].is_resigned = true;
  EXPECT_THAT(sentence(), HasSubstr("start the VRRP daemon"));
}

TEST_F(UnclaimedTest, PortsThatAreDownAreNamed) {
  havip_.candidates[1].down = true;
  EXPECT_THAT(sentence(), HasSubstr("in the VM of p11, and see"));
  EXPECT_THAT(sentence(), HasSubstr("; down: p12"));
  havip_.candidates[0].down = true;
  EXPECT_EQ(
      sentence(),
      "nobody has claimed 10.77.0.100 for 75 s: p11 and p12 are down; start the VM, or its vhost backend");
}

TEST_F(UnclaimedTest, HavipWithoutPortsSaysSoAtOnce) {
  havip_.candidates.clear();
  havip_.unclaimed_since_ms = havip_.now_ms;
  EXPECT_EQ(sentence(), "no port is bound to front, so nobody can claim 10.77.0.100: havip bind front PORT");
}

TEST_F(UnclaimedTest, PinnedHavipNeedsNoClaim) {
  havip_.pinned = "p11";
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(AdvisorTest, SeveralAnswersAndMulticastMacsAreNamed) {
  havip_.has_several_answers = true;
  EXPECT_THAT(sentence(), HasSubstr("several ports answered when the switch asked who has 10.77.0.100"));
  havip_.has_several_answers = false;
  havip_.has_multicast_mac = true;
  EXPECT_THAT(sentence(), HasSubstr("10.77.0.100 is announced with a multicast MAC, as Windows NLB does"));
}

}  // namespace
}  // namespace vipswitch::advice
