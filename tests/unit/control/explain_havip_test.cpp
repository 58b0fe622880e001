// What `show havip` says beyond the facts: why not the others, what would change it, what the switch does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/control/havip_samples.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ExplainHavip : public test::SessionTest {
 protected:
  std::string told() {
    runtime_.havips = {havip_};
    return run("show havip front");
  }
  // p12, after its last advert.
  CandidateStatus& loser(CandidateStanding standing, std::uint8_t priority = 100) {
    havip_.candidates[1] = {"p12", true, false, false,   EvidenceClass::kVrrp, priority, 51,
                            1000,  4744, false, standing};
    return havip_.candidates[1];
  }

  HavipStatus havip_ = test::owned_havip();
};

TEST_F(ExplainHavip, OutrankedPortIsToldByItsPriority) {
  loser(CandidateStanding::kOutranked);
  EXPECT_THAT(told(), HasSubstr("\nwhy not p12: priority 100 is below the 150 of p11\n"));
  loser(CandidateStanding::kOutranked, 150);
  EXPECT_THAT(told(), HasSubstr("\nwhy not p12: priority 150 is that of p11 too, whose source address is "
                                "higher, or equal and the port a later one\n"));
}

TEST_F(ExplainHavip, ShadowedAnnouncementSaysWhatHoldsAgainstItAndForHowLong) {
  loser(CandidateStanding::kShadowed);
  havip_.waiting = WaitingClaim{"p12", 1200, true};
  EXPECT_THAT(
      told(),
      HasSubstr("\nwhy not p12: its announcement waits since 1.200 s: the adverts of p11 hold against "
                "it; dropped in 8.800 s if they go on\n"));
}

TEST_F(ExplainHavip, DampedAnnouncementSaysWhenItIsHeeded) {
  loser(CandidateStanding::kDamped);
  havip_.waiting = WaitingClaim{"p12", 700, false};
  havip_.damping = {0, 1300};
  EXPECT_THAT(
      told(),
      HasSubstr("\nwhy not p12: its announcement waits since 0.700 s: the address moved too often, it "
                "may move again in 1.300 s\n"));
  EXPECT_THAT(told(),
              HasSubstr("\ndamping: announcements moved the address too often, and can again in 1.300 s; "
                        "adverts always can\n"));
  havip_.damping = {2, 500};
  EXPECT_THAT(told(),
              HasSubstr("\ndamping: announcements can move the address 2 times at once, and once more in "
                        "0.500 s\n"));
}

TEST_F(ExplainHavip, SupersededPortSaysUntilWhenItWasTheOwner) {
  loser(CandidateStanding::kSuperseded);
  EXPECT_THAT(told(),
              HasSubstr("\nwhy not p12: the owner until 2024-05-01 12:00:00.500123 UTC; last advert 4.744 s "
                        "ago, and p11 has claimed it since\n"));
  havip_.decisions.clear();
  havip_.candidates[1].last_advert_age_ms = -1;
  havip_.candidates[1].evidence = EvidenceClass::kAnnouncement;
  EXPECT_THAT(told(), HasSubstr("\nwhy not p12: announced it before, and p11 has claimed it since\n"));
}

TEST_F(ExplainHavip, OwnerThatWasGivenUpDidNotAnswer) {
  havip_.candidates[0].standing = CandidateStanding::kNeverClaimed;
  loser(CandidateStanding::kSuperseded);
  havip_.owner = havip_.elected = "";
  havip_.state = OwnerState::kUnknown;
  havip_.decisions.back().from = "p12";
  havip_.decisions.back().to = "";
  havip_.decisions.back().trigger = Trigger::kProbe;
  EXPECT_THAT(told(), HasSubstr("ago, and it did not answer when the switch asked\n"));
  // What came after that is not why.
  havip_.decisions.push_back(
      {3, 5000, 1714564801'000000, "", "p11", Trigger::kPin, Rule::kPinned, EvidenceClass::kNone, 0, 0, 0});
  havip_.owner_changes = 3;
  EXPECT_THAT(told(), HasSubstr("ago, and it did not answer when the switch asked\n"));
  havip_.decisions.pop_back();
  havip_.owner_changes = 2;
  EXPECT_THAT(told(), HasSubstr("\nstate: unknown, no port is known to own the address\n"
                                "why:   p12 did not answer the switch for 30 s, nor did another port, at "));
  havip_.decisions.back().trigger = Trigger::kUnbind;
  EXPECT_THAT(told(), HasSubstr("ago, and another port had claimed it after that\n"));
}

TEST_F(ExplainHavip, PortsWithTheSameReasonShareALine) {
  havip_.candidates.push_back(havip_.candidates[1]);
  havip_.candidates.back().port = "p13";
  havip_.candidates.push_back(havip_.candidates[1]);
  havip_.candidates.back().port = "p14";
  havip_.candidates.back().standing = CandidateStanding::kDown;
  EXPECT_THAT(told(), HasSubstr("\nwhy not p12 and p13: claimed nothing so far\nwhy not p14: down\n"));
}

TEST_F(ExplainHavip, PinIsTheReasonWhileItHolds) {
  havip_.state = OwnerState::kPinned;
  havip_.pinned = "p11";
  EXPECT_THAT(told(), HasSubstr("\nwhy not p12: the operator pinned p11\n"));
  EXPECT_THAT(told(), HasSubstr("\nlasts until: havip unpin front; p11 goes down or is unbound\n"));
}

TEST_F(ExplainHavip, NothingOutranksPriority255) {
  havip_.candidates[0].priority = 255;
  EXPECT_THAT(told(), HasSubstr("\nlasts until: p11 resigns, goes down or is unbound; its adverts stop: "));
}

TEST_F(ExplainHavip, SuspectOwnerWithstandsAnnouncementsForItsDeadTime) {
  havip_.state = OwnerState::kSuspect;
  havip_.candidates[0].fresh = false;
  havip_.candidates[0].last_advert_age_ms = 2500;
  EXPECT_THAT(
      told(),
      HasSubstr("\nlasts until: another port adverts the address, or, not before 1.500 s from now, "
                "announces it; p11 goes down or is unbound; p11 does not answer the switch and another "
                "port does, or none does for 30 s\n"));
  havip_.candidates[0].last_advert_age_ms = 4100;
  EXPECT_THAT(
      told(),
      HasSubstr(
          "\nlasts until: another port adverts or announces the address; p11 goes down or is unbound; p11 "
          "does not answer the switch and another port does, or none does for 30 s\n"));
}

TEST_F(ExplainHavip, AddressWithoutOwnerSaysWhatItWaitsFor) {
  havip_ = test::released_havip();
  EXPECT_THAT(told(), HasSubstr("\nwhy not p11: resigned with priority 0, 0.345 s ago\n"));
  EXPECT_THAT(
      told(),
      HasSubstr("\nwaits for: a bound port adverts or announces the address, or answers the switch\n"));
  havip_.state = OwnerState::kUnknown;
  EXPECT_THAT(told(),
              HasSubstr("\nwaits for: a bound port adverts or announces the address, answers the switch, or "
                        "sends from it\n"));
}

TEST_F(ExplainHavip, QuestionsOfTheSwitchAreTold) {
  havip_.probing = ProbingStatus{"p11", 200, 400, -1};
  EXPECT_THAT(
      told(),
      HasSubstr("\nasking: the switch asks p11 whether it has the address still; no answer for 0.400 s, "
                "next question in 0.200 s; after 30 s nobody is the owner\n"));
  havip_.probing = ProbingStatus{"p11", 6800, -1, 3200};
  EXPECT_THAT(told(), HasSubstr("it answered 3.200 s ago, next question in 6.800 s\n"));
  havip_.probing = ProbingStatus{"", 800};
  EXPECT_THAT(told(),
              HasSubstr("\nasking: the switch asks the bound ports who has the address, next in 0.800 s\n"));
}

TEST_F(ExplainHavip, GroupThatTheAddressGoesWithIsTold) {
  havip_.follows = FollowStatus{51, Family::kIpv4, false};
  havip_.last_announcement_age_ms = 1000;
  EXPECT_THAT(told(),
              HasSubstr("\ngoes with: the owner of VRID 51 of ipv4, with which it was announced; no advert "
                        "lists the address itself\n"));
  havip_.follows = FollowStatus{51, std::nullopt, true};
  EXPECT_THAT(told(),
              HasSubstr("\ngoes with: the owner of VRID 51, as havip follow says, but adverts list the "
                        "address itself, and these count\n"));
  havip_.candidates[0].is_follower = true;
  EXPECT_THAT(told(), HasSubstr("\ngoes with: the owner of VRID 51, as havip follow says\n"));
  havip_.candidates[0].fresh = false;
  EXPECT_THAT(told(), HasSubstr("as havip follow says, but nobody adverts that group now\n"));
}

TEST_F(ExplainHavip, ReasonThatHoldsNoLongerSaysWhatDoes) {
  EXPECT_THAT(told(), Not(HasSubstr("since then")));
  havip_.state = OwnerState::kSuspect;
  havip_.candidates[0].fresh = false;
  EXPECT_THAT(told(),
              HasSubstr("; evidence vrrp, priority 150, VRID 51; since then: the owner's adverts ceased and "
                        "nobody succeeded"));
}

TEST_F(ExplainHavip, LastFailoverIsToldInALine) {
  havip_.failovers = {test::sample_failover()};
  EXPECT_THAT(told(), HasSubstr("\nlast failover: p12 to p11, 4.2 us after the advert; 1.501 s between the "
                                "last packet to the one and "
                                "the first to the other; 3 dropped (show havip front failovers)\n"));
  havip_.failovers[0].first_to_new_ns.reset();
  EXPECT_THAT(told(), HasSubstr("; no packets on both sides of it; 3 dropped"));
  havip_.failovers[0].trigger = Trigger::kExpiry;
  havip_.failovers[0].decided_ns = havip_.failovers[0].moved_ns = 0;
  EXPECT_THAT(told(), HasSubstr("\nlast failover: p12 to p11, by expiry; "));
  havip_.failovers[0].from.clear();
  EXPECT_THAT(told(), Not(HasSubstr("last failover")));
}

TEST_F(ExplainHavip, DropsWithoutAnOwnerAreTold) {
  havip_.dropped_without_owner = 7;
  EXPECT_THAT(told(), HasSubstr("2 packets; dropped while nobody was the owner: 7\n"));
}

TEST_F(ExplainHavip, AdviceStandsAtTheEnd) {
  havip_.has_several_answers = true;
  const auto text = told();
  const auto at = text.find("\nadvice: several ports answered");
  ASSERT_NE(at, std::string::npos) << text;
  EXPECT_EQ(text.find('\n', at + 1), text.size() - 1);
}

}  // namespace
}  // namespace vipswitch::shell
