// Where an election keeps its members makes no difference to what it decides.

#include "dataplane/owner/members.h"

#include <gtest/gtest.h>
#include <random>

#include "tests/unit/owner/election_fixture.h"

namespace vipswitch::owner {
namespace {

constexpr TimeMs kLongestPauseMs = 4'000;

// One input of any kind, the same for the same draws.
Outcome feed(Election& election, std::mt19937& random, TimeMs now) {
  const PortId port(10 + random() % 2);
  const auto priority = static_cast<std::uint8_t>(random() % 3 * 100);
  const auto vrid = static_cast<std::uint8_t>(random() % 2 * kVrid);
  switch (random() % 11) {
    case 0:
      return election.bind(port, random() % 2 == 0 ? LinkState::kUp : LinkState::kDown, now);
    case 1:
      return election.unbind(port, now);
    case 2:
      return election.down(port, now);
    case 3:
      return election.pin(port, now);
    case 4:
      return election.unpin(now);
    case 5:
      return election.announce(port, Delivery::virtual_mac(vrid), now);
    case 6:
      return election.weak(port, now);
    case 7:
      return election.follow(vrid, now);
    case 8:
      return election.group_advert(port, {advert_of(priority), GroupNews::kAcquired, random() % 2 == 0}, now);
    default:
      return election.advert(port, advert_of(priority), now);
  }
}

void expect_same(const Election& a, const Election& b, TimeMs now) {
  ASSERT_EQ(a.member_count(), b.member_count());
  EXPECT_EQ(a.owner(), b.owner());
  EXPECT_EQ(a.elected(), b.elected());
  EXPECT_EQ(a.pinned(), b.pinned());
  EXPECT_EQ(a.next_due(), b.next_due());
  EXPECT_EQ(a.generation(), b.generation());
  EXPECT_EQ(a.state(now), b.state(now));
  for (std::size_t i = 0; i < a.member_count(); ++i) {
    EXPECT_EQ(a.member(i, now).port, b.member(i, now).port);
    EXPECT_EQ(a.member(i, now).standing, b.member(i, now).standing);
    EXPECT_EQ(a.member(i, now).advert, b.member(i, now).advert);
  }
}

TEST(WhereMembersAre, DecidesNothing) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Election inlined, with_room;
    Members::Room room;
    with_room.give_room(room);
    std::mt19937 random(seed), again(seed), pauses(seed);
    TimeMs now = 0;
    for (unsigned step = 0; step < 100; ++step) {
      now += pauses() % kLongestPauseMs;
      const Outcome a = feed(inlined, random, now), b = feed(with_room, again, now);
      ASSERT_EQ(changes_of(a), changes_of(b)) << "seed " << seed << " step " << step;
      expect_same(inlined, with_room, now);
      if (HasFailure()) FAIL() << "seed " << seed << " step " << step;
    }
  }
}

TEST(WhereMembersAre, MayChangeWithoutALoss) {
  Election election;
  election.bind(kA, LinkState::kUp, 0);
  election.bind(kB, LinkState::kUp, 0);
  election.advert(kB, advert_of(150), 10);
  Members::Room room;
  election.give_room(room);
  election.bind(kC, LinkState::kDown, 20);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_EQ(election.member(1, 20).advert, advert_of(150));
  EXPECT_TRUE(election.member(2, 20).down);
  election.give_room(room);
  EXPECT_EQ(election.member_count(), 3u);
}

TEST(WhereMembersAre, IsForgottenWhenCleared) {
  Election election;
  {
    Members::Room room;
    election.give_room(room);
    for (const PortId port : {kA, kB, kC}) election.bind(port, LinkState::kUp, 0);
    election.advert(kC, advert_of(150), 10);
    election.clear();
  }
  EXPECT_EQ(election.member_count(), 0u);
  EXPECT_EQ(election.state(0), OwnerState::kUnknown);
  EXPECT_EQ(election.time(), 0);
  election.bind(kA, LinkState::kUp, 0);
  election.advert(kA, advert_of(100), 0);
  EXPECT_EQ(election.owner(), kA);
}

// An index may mean another port now.
TEST_F(ElectionTest, RolesStayWithTheirPortsWhenAnEarlierOneLeaves) {
  election.advert(kC, advert_of(150), 0);
  election.pin(kB, 1);
  election.announce(kB, Delivery::port_mac(), 2);
  ASSERT_EQ(election.waiting(2)->port, kB);
  election.unbind(kA, 3);
  EXPECT_EQ(election.elected(), kC);
  EXPECT_EQ(election.pinned(), kB);
  EXPECT_EQ(election.owner(), kB);
  EXPECT_EQ(election.waiting(3)->port, kB);
}

TEST_F(ElectionTest, TimeStandsStillAtTheLatest) {
  election.advert(kA, advert_of(150), PackedTime::kLatest - 10);
  election.advert(kB, advert_of(100), kNeverMs - 1);
  EXPECT_EQ(election.time(), PackedTime::kLatest);
  EXPECT_EQ(election.owner(), kA);
}

}  // namespace
}  // namespace vipswitch::owner
