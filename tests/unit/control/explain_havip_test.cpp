// What `show havip` says beyond the facts: why not the others, what would change it, what the switch does.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/text/parse.h"
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
      HasSubstr("\nwhy not p12: its announcement has waited for 1.200 s: the adverts of p11 hold against "
                "it; forgotten in 8.800 s if they go on\n"));
}

TEST_F(ExplainHavip, DampedAnnouncementSaysWhenItIsHeeded) {
  loser(CandidateStanding::kDamped);
  havip_.waiting = WaitingClaim{"p12", 700, false};
  havip_.damping = {0, 1300};
  EXPECT_THAT(
      told(),
      HasSubstr("\nwhy not p12: its announcement has waited for 0.700 s: the address moved too often, it "
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
  havip_.decisions.back().trigger = Trigger::kPortDown;
  EXPECT_THAT(told(), HasSubstr("ago; it went down then, and has claimed nothing since\n"));
  havip_.decisions.back().trigger = Trigger::kUnbind;
  EXPECT_THAT(told(), HasSubstr("ago; it was unbound then, and has claimed nothing since\n"));
  havip_.decisions.back().trigger = Trigger::kExpiry;
  EXPECT_THAT(told(), HasSubstr("ago, and it has claimed nothing since\n"));
  havip_.decisions.back().to = "p11";
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

TEST_F(ExplainHavip, OnlyAHigherAddressOutranksPriority255) {
  havip_.candidates[0].priority = 255;
  EXPECT_THAT(told(),
              HasSubstr("\nlasts until: a port adverts 255 too, from a higher address; p11 resigns, goes "
                        "down or is unbound; its adverts stop: "));
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

TEST_F(ExplainHavip, ReasonThatHoldsNoLongerSaysSo) {
  EXPECT_THAT(told(), Not(HasSubstr("the state has changed since")));
  havip_.rule = Rule::kLatestClaim;
  havip_.state = OwnerState::kSuspect;
  havip_.candidates[0].fresh = false;
  EXPECT_THAT(told(), HasSubstr("; evidence vrrp, priority 150, VRID 51; the state has changed since, now it "
                                "is so by rule latest_claim\n"));
}

TEST_F(ExplainHavip, SuspectSaysWhetherItIsRemembered) {
  havip_.state = OwnerState::kSuspect;
  EXPECT_THAT(told(),
              HasSubstr("\nstate: suspect, the owner's adverts have ceased and no other port has taken "
                        "over; packets still go to it\n"));
  havip_.candidates[0].restored = true;
  EXPECT_THAT(told(),
              HasSubstr("\nstate: suspect, the owner is remembered from before a restart and has claimed "
                        "nothing since; packets still go to it\n"));
}

TEST_F(ExplainHavip, OwnerByAHintHasAnnouncedNothing) {
  havip_.state = OwnerState::kOwnedAnnouncement;
  EXPECT_THAT(told(), HasSubstr("\nstate: owned_announcement, the owner announced the address\n"));
  havip_.candidates[0].evidence = EvidenceClass::kWeak;
  EXPECT_THAT(told(),
              HasSubstr("\nstate: owned_announcement, the owner has sent from the address, or answered "
                        "the switch, and announced nothing\n"));
}

TEST_F(ExplainHavip, OwnerThatIsDownIsNotAskedItself) {
  havip_.state = OwnerState::kSuspect;
  havip_.candidates[0].down = true;
  havip_.probing = ProbingStatus{"p11", 400, -1, -1};
  EXPECT_THAT(told(),
              HasSubstr("\nasking: p11 is down, so the switch asks the bound ports that are up who has the "
                        "address, next in 0.400 s\n"));
}

TEST_F(ExplainHavip, FixedSaysWhichPortHasTheDataAndWhy) {
  havip_.state = OwnerState::kFixed;
  havip_.learn = LearnMode::kOff;
  EXPECT_THAT(told(),
              HasSubstr("\nstate: fixed, claims are not enforced; packets go to the port bound first\n"
                        "learn: off; the data stays at the port that is bound first, claims are"));
  havip_.pinned = "p11";
  EXPECT_THAT(told(), HasSubstr("\nstate: fixed, claims are not enforced; packets go to the pinned port\n"
                                "learn: off; the data stays at the port that is pinned, claims are"));
  havip_.pinned.clear();
  havip_.owner.clear();
  havip_.candidates.clear();
  EXPECT_THAT(told(),
              HasSubstr("\nstate: fixed, claims are not enforced, and no port is bound to send packets to\n"
                        "learn: off; no port is bound, so the data goes nowhere, claims are"));
}

// What made the election decide, in a sentence that names who did it.
struct Cause {
  Trigger trigger;
  EvidenceClass evidence;
  const char *from, *to, *told;
};

class CauseOfADecision : public ExplainHavip, public ::testing::WithParamInterface<Cause> {};

TEST_P(CauseOfADecision, NamesWhoDidIt) {
  auto& last = havip_.decisions.back();
  last.trigger = GetParam().trigger;
  last.evidence = GetParam().evidence;
  last.from = GetParam().from;
  last.to = GetParam().to;
  last.evidence_to_commit_ns = 0;
  EXPECT_THAT(told(), HasSubstr(fmt::format("\nwhy:   {} at 2024-05-01 12:00:00.500123 UTC; rule ",
                                            GetParam().told)));
}

constexpr auto kNothing = EvidenceClass::kNone, kVrrp = EvidenceClass::kVrrp;
INSTANTIATE_TEST_SUITE_P(
    Trigger, CauseOfADecision,
    ::testing::Values(
        Cause{Trigger::kAdvert, kVrrp, "p12", "p11", "a VRRP advert came"},
        Cause{Trigger::kResignation, kVrrp, "p12", "p11", "p12 resigned with priority 0"},
        Cause{Trigger::kAnnouncement, EvidenceClass::kAnnouncement, "p12", "p11", "a gratuitous ARP came"},
        Cause{Trigger::kWeak, EvidenceClass::kWeak, "", "p11", "a packet from the address came"},
        Cause{Trigger::kExpiry, kVrrp, "p12", "p11", "the adverts of p12 ceased"},
        Cause{Trigger::kExpiry, EvidenceClass::kAnnouncement, "p12", "p11",
              "an announcement of p11 that had to wait came due"},
        Cause{Trigger::kExpiry, kNothing, "p12", "", "the claim of p12 lapsed"},
        Cause{Trigger::kPortDown, kNothing, "p12", "", "p12 went down"},
        Cause{Trigger::kPortUp, kVrrp, "", "p11", "p11 came up"},
        Cause{Trigger::kUnbind, kNothing, "p12", "", "p12 was unbound"},
        Cause{Trigger::kBind, kNothing, "", "p11", "p11 was bound"},
        Cause{Trigger::kPin, kNothing, "p12", "p11", "the operator pinned p11"},
        Cause{Trigger::kPin, kNothing, "p12", "", "the operator pinned a port that is down"},
        Cause{Trigger::kUnpin, kVrrp, "p12", "p11", "the operator ended the pin"},
        Cause{Trigger::kLearnMode, kNothing, "p12", "p11", "the operator changed the learning mode"},
        Cause{Trigger::kRestart, EvidenceClass::kWeak, "", "p11",
              "p11 was the owner before the restart; remembered"},
        Cause{Trigger::kProbe, kVrrp, "", "p11", "p11 answered when the switch asked who has the address"},
        Cause{Trigger::kProbe, kNothing, "p12", "",
              "p12 did not answer the switch for 30 s, nor did another port,"},
        Cause{Trigger::kFollow, kVrrp, "p12", "p11",
              "the operator changed which group the address goes with"}));

TEST_F(ExplainHavip, NeighbourAdvertisementIsNoArp) {
  havip_.address = std::get<Ipv6>(text::parse_ipv6("fd00:77::100"));
  havip_.decisions.back().trigger = Trigger::kAnnouncement;
  EXPECT_THAT(told(), HasSubstr("\nwhy:   an unsolicited neighbour advertisement came at "));
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
  EXPECT_THAT(told(), HasSubstr("2 packets; dropped while nobody was the owner, since the start: 7\n"));
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
