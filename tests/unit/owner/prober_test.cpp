// Whom the switch asks for an address whose owner is in doubt, when, and what answers and silence come to
// (owner learning 5.3).

#include "dataplane/owner/prober.h"

#include <gmock/gmock.h>
#include <utility>

#include "tests/unit/owner/election_fixture.h"

namespace vipswitch::owner {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class ProberTest : public ElectionTest {
 protected:
  using Asked = std::vector<std::pair<TimeMs, PortId>>;

  ProberTest() { prober.watch(election); }

  void advert(PortId port, TimeMs now, std::uint8_t priority = 100) {
    run_to(now);
    if (!election.advert(port, advert_of(priority), now).is_repetition()) prober.watch(election);
  }
  void announce(PortId port, TimeMs now) {
    run_to(now);
    election.announce(port, Delivery::port_mac(), now);
    prober.watch(election);
  }
  Outcome answer(PortId port, TimeMs now, bool has_virtual_mac = false) {
    run_to(now);
    const Outcome outcome = prober.answered(election, port, has_virtual_mac, now);
    prober.watch(election);
    return outcome;
  }
  // What is asked until then, that moment included.
  Asked run_to(TimeMs end) {
    Asked asked;
    while (prober.next_due() <= end) {
      ProbeRound round;
      const TimeMs now = prober.next_due();
      const Outcome outcome = prober.run(election, now, round);
      prober.watch(election);
      for (std::size_t i = 0; i < round.count; ++i) asked.emplace_back(now, round.asked[i]);
      if (round.is_contested) contested.push_back(now);
      for (const OwnerChange& change : outcome.changes()) changes.push_back(change);
    }
    return asked;
  }

  Prober prober;
  std::vector<TimeMs> contested;
  std::vector<OwnerChange> changes;
};

TEST_F(ProberTest, WhereNothingIsKnownEveryPortIsAskedAfterAMoment) {
  EXPECT_THAT(run_to(199), IsEmpty());
  EXPECT_THAT(run_to(200), ElementsAre(Pair(200, kA), Pair(200, kB), Pair(200, kC)));
}

TEST_F(ProberTest, AndThenEachSecondAndLaterEachTenSeconds) {
  std::vector<TimeMs> rounds;
  for (const auto& [at, port] : run_to(40'000)) {
    if (port == kA) rounds.push_back(at);
  }
  ASSERT_GE(rounds.size(), 12u);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(rounds[i] - rounds[i - 1], 1000) << i;
  EXPECT_EQ(rounds[11] - rounds[10], 10'000);
}

TEST_F(ProberTest, PortsThatAreDownAreNotAsked) {
  for (const PortId port : {kA, kB, kC}) election.down(port, 0);
  prober.watch(election);
  EXPECT_THAT(run_to(100'000), IsEmpty());
  election.up(kB, 100'000);
  prober.watch(election);
  EXPECT_THAT(run_to(100'200), ElementsAre(Pair(100'200, kB)));
}

TEST_F(ProberTest, AnswerElectsWhereNobodyIs) {
  run_to(200);
  answer(kB, 210);
  EXPECT_EQ(election.owner(), kNobody) << "others may answer as well";
  run_to(500);
  EXPECT_EQ(election.owner(), kB);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].trigger, Trigger::kProbe);
  EXPECT_EQ(changes[0].evidence, EvidenceClass::kWeak);
}

TEST_F(ProberTest, OfSeveralThatAnswerTheLowestPortAndTheRoundIsContested) {
  run_to(200);
  answer(kC, 210);
  answer(kB, 220);
  run_to(500);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_THAT(contested, ElementsAre(500));
}

TEST_F(ProberTest, OneWithAVirtualMacComesFirst) {
  run_to(200);
  answer(kC, 210, true);
  answer(kB, 220);
  run_to(500);
  EXPECT_EQ(election.owner(), kC);
}

TEST_F(ProberTest, ReplyThatNobodyAskedForIsAHint) {
  advert(kA, 0);
  EXPECT_EQ(answer(kB, 10).remark(), LearnCounter::weak_ignored);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(ProberTest, OwnerThatAdvertsIsNeverAsked) {
  for (TimeMs at = 0; at < 60'000; at += 1000) advert(kA, at);
  EXPECT_THAT(run_to(59'999), IsEmpty());
}

// Case 12.
TEST_F(ProberTest, Case12SilentOwnerThatAnswersIsConfirmedAndAskedEveryTenSeconds) {
  advert(kB, 0);
  announce(kB, 2);
  EXPECT_THAT(run_to(4099), IsEmpty());
  EXPECT_THAT(run_to(4100), ElementsAre(Pair(4100, kB)));
  answer(kB, 4101);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_EQ(election.state(4101), OwnerState::kSuspect);
  EXPECT_EQ(prober.status(5101).confirmed_ms, 1000);
  EXPECT_EQ(prober.status(5101).unanswered_ms, -1);
  EXPECT_THAT(run_to(14'100), IsEmpty());
  EXPECT_THAT(run_to(14'101), ElementsAre(Pair(14'101, kB)));
}

TEST_F(ProberTest, SilentOwnerIsAskedThreeTimesAndThenEverybody) {
  advert(kA, 0);
  EXPECT_THAT(run_to(4700), ElementsAre(Pair(4100, kA), Pair(4300, kA), Pair(4500, kA), Pair(4700, kA),
                                        Pair(4700, kB), Pair(4700, kC)));
  EXPECT_EQ(prober.status(4700).asks_about, kA);
  EXPECT_EQ(prober.status(4700).unanswered_ms, 600);
}

TEST_F(ProberTest, AnotherPortThatAnswersThenTakesOver) {
  advert(kA, 0);
  run_to(4700);
  answer(kB, 4710);
  EXPECT_EQ(election.owner(), kA);
  run_to(5000);
  EXPECT_EQ(election.owner(), kB);
}

TEST_F(ProberTest, OwnerThatAnswersLateStays) {
  advert(kA, 0);
  run_to(4700);
  answer(kB, 4710);
  answer(kA, 4720);
  run_to(5000);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(ProberTest, OwnerWhomNobodySucceedsIsKeptForThirtySeconds) {
  advert(kA, 0);
  run_to(34'099);
  EXPECT_EQ(election.owner(), kA);
  run_to(35'100);
  EXPECT_EQ(election.owner(), kNobody);
  EXPECT_EQ(election.state(35'100), OwnerState::kUnknown);
}

TEST_F(ProberTest, AdvertEndsTheDoubt) {
  advert(kA, 0);
  run_to(4300);
  advert(kA, 4350);
  EXPECT_THAT(run_to(8449), IsEmpty());
  EXPECT_THAT(run_to(8450), ElementsAre(Pair(8450, kA)));
}

TEST_F(ProberTest, SuccessorThatAdvertsIsTakenAtOnce) {
  advert(kA, 0);
  run_to(4700);
  advert(kB, 4710);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_THAT(run_to(8809), IsEmpty());
}

// Case 19: the claim that waits is nobody's to answer for.
TEST_F(ProberTest, WaitingClaimTakesOverWhenTheOwnerIsGivenUp) {
  advert(kA, 0);
  announce(kB, 3000);
  run_to(4001);
  election.tick(4001);
  EXPECT_EQ(election.owner(), kB) << "at the end of the dead time, before anybody is asked";
}

TEST_F(ProberTest, ReleasedAddressIsAskedForAfterTheDeadTimeOfItsOwner) {
  advert(kA, 0);
  advert(kA, 1000, 0);
  EXPECT_EQ(election.state(1000), OwnerState::kReleased);
  EXPECT_THAT(run_to(4999), IsEmpty());
  EXPECT_THAT(run_to(5000), ElementsAre(Pair(5000, kA), Pair(5000, kB), Pair(5000, kC)));
}

TEST_F(ProberTest, PortThatResignedDoesNotComeBackByAnAnswer) {
  advert(kA, 0);
  advert(kA, 1000, 0);
  run_to(5000);
  answer(kA, 5001);
  run_to(5300);
  EXPECT_EQ(election.owner(), kNobody);
}

TEST_F(ProberTest, AddressOfALostPortWithoutAdvertsIsAskedForSoon) {
  announce(kA, 0);
  election.down(kA, 1000);
  prober.watch(election);
  EXPECT_THAT(run_to(1200), ElementsAre(Pair(1200, kB), Pair(1200, kC)));
}

TEST_F(ProberTest, RememberedOwnerIsAskedAtOnce) {
  election.restore(kB, 7, 100);
  prober.watch(election);
  EXPECT_THAT(run_to(100), ElementsAre(Pair(100, kB)));
  answer(kB, 101);
  EXPECT_EQ(election.state(101), OwnerState::kOwnedAnnouncement);
  EXPECT_THAT(run_to(60'000), IsEmpty());
}

// Its host restarts, which takes longer than any silence is borne.
TEST_F(ProberTest, RememberedOwnerThatComesBackIsAskedBeforeItIsGivenUp) {
  election.down(kB, 0);
  election.restore(kB, 7, 0);
  prober.watch(election);
  run_to(60'000);
  election.up(kB, 60'000);
  prober.watch(election);
  run_to(89'000);
  EXPECT_EQ(election.owner(), kB);
  run_to(105'000);
  EXPECT_EQ(election.owner(), kNobody);
}

TEST_F(ProberTest, PinnedAddressIsNobodysQuestion) {
  election.pin(kC, 0);
  prober.watch(election);
  EXPECT_THAT(run_to(60'000), IsEmpty());
}

TEST_F(ProberTest, TurnsAreForQuestionsOnly) {
  advert(kA, 0);
  EXPECT_TRUE(prober.wants_turn(election, 4100));
  for (TimeMs at = 1000; at <= 4000; at += 1000) election.advert(kA, advert_of(100), at);
  EXPECT_FALSE(prober.wants_turn(election, 4100)) << "it has adverted since";
}

TEST_F(ProberTest, PortThatWentDownAfterItsAnswerIsNotTaken) {
  advert(kA, 0);
  run_to(4700);
  answer(kB, 4710);
  election.down(kB, 4720);
  run_to(5000);
  EXPECT_EQ(election.owner(), kA);
  EXPECT_TRUE(election.member(kB, 5000)->down);
}

TEST_F(ProberTest, PortThatWasUnboundAfterItsAnswerCostsNobodyTheAddress) {
  advert(kA, 0);
  run_to(4700);
  answer(kB, 4710);
  election.unbind(kB, 4720);
  run_to(5000);
  EXPECT_EQ(election.owner(), kA);
}

TEST_F(ProberTest, PortThatResignedDoesNotHideWhoHoldsTheAddress) {
  advert(kA, 0);
  advert(kA, 1000, 0);
  run_to(5000);
  answer(kA, 5001);
  answer(kB, 5002);
  run_to(5300);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_THAT(contested, IsEmpty());
}

TEST_F(ProberTest, OwnersLateAnswerCounts) {
  advert(kA, 0);
  run_to(5100);  // between two rounds
  answer(kA, 5100);
  EXPECT_EQ(prober.status(5100).confirmed_ms, 0);
  run_to(45'000);
  EXPECT_EQ(election.owner(), kA) << "asked again ten seconds later, and silent for less than 30 s since";
}

TEST_F(ProberTest, AnnouncementOfASilentOwnerCountsAsItsAnswer) {
  advert(kA, 0);
  run_to(4700);
  answer(kB, 4710);
  announce(kA, 4720);
  EXPECT_EQ(prober.status(4720).confirmed_ms, 0);
  EXPECT_THAT(run_to(14'719), IsEmpty());
  EXPECT_EQ(election.owner(), kA);
  EXPECT_THAT(run_to(14'720), ElementsAre(Pair(14'720, kA)));
}

TEST_F(ProberTest, AnnouncementBeforeAnybodyIsAskedPutsNoQuestionOff) {
  advert(kA, 0);
  announce(kA, 3000);
  EXPECT_THAT(run_to(4100), ElementsAre(Pair(4100, kA)));
}

TEST_F(ProberTest, AtRestAsksNothing) {
  prober.rest();
  EXPECT_EQ(prober.next_due(), Election::kNever);
}

TEST_F(ProberTest, RoundThatWasPutOffGetsItsTurnOnce) {
  EXPECT_FALSE(prober.wants_turn(election, 199));
  EXPECT_TRUE(prober.wants_turn(election, 200));
  prober.put_off(230);
  EXPECT_THAT(run_to(229), IsEmpty());
  EXPECT_FALSE(prober.wants_turn(election, 230)) << "it has had it";
  EXPECT_THAT(run_to(230), ElementsAre(Pair(230, kA), Pair(230, kB), Pair(230, kC)));
  EXPECT_FALSE(prober.wants_turn(election, 530)) << "answers are looked at, nobody is asked";
}

TEST_F(ProberTest, FastGroupsAreAskedSooner) {
  election.advert(kA, advert_of(100, 100), 0);
  prober.watch(election);
  EXPECT_THAT(run_to(500), ElementsAre(Pair(500, kA)));
}

}  // namespace
}  // namespace vipswitch::owner
