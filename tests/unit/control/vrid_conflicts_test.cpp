#include "control/advice/vrid_conflicts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/havip_samples.h"

namespace vipswitch::advice {
namespace {

using test::speaker;

VrrpSpeaker speaker_for(std::string port, std::vector<std::string> havips, std::uint8_t vrid = 51) {
  auto result = speaker(std::move(port), 100, vrid);
  result.havips = std::move(havips);
  return result;
}

TEST(VridConflict, GroupsThatShareNoHavipAreInConflict) {
  EXPECT_TRUE(is_vrid_conflict(speaker_for("p11", {"front"}), speaker_for("p13", {"back", "side"})));
}

TEST(VridConflict, MembersOfOneGroupAreNot) {
  EXPECT_FALSE(is_vrid_conflict(speaker_for("p11", {"front"}), speaker_for("p12", {"back", "front"})));
}

TEST(VridConflict, GroupsApartInVridSubnetOrFamilyAreNot) {
  const auto one = speaker_for("p11", {"front"});
  auto other = speaker_for("p13", {"back"}, 52);
  EXPECT_FALSE(is_vrid_conflict(one, other));
  other = speaker_for("p13", {"back"});
  other.subnet = "db";
  EXPECT_FALSE(is_vrid_conflict(one, other));
  other = speaker_for("p13", {"back"});
  other.family = Family::kIpv6;
  EXPECT_FALSE(is_vrid_conflict(one, other));
}

TEST(VridConflict, SilentOrResignedSpeakersAndThoseWithoutHavipsAreNot) {
  const auto one = speaker_for("p11", {"front"});
  auto other = speaker_for("p13", {"back"});
  other.last_advert_age_ms = 60'000;
  EXPECT_FALSE(is_vrid_conflict(one, other));
  other = speaker_for("p13", {"back"});
  other.is_resigned = true;
  EXPECT_FALSE(is_vrid_conflict(other, one));
  EXPECT_FALSE(is_vrid_conflict(one, speaker_for("p13", {})));
}

TEST(VridConflict, OneIsFoundForEachVrid) {
  const std::vector<VrrpSpeaker> speakers{speaker_for("p11", {"front"}),   speaker_for("p12", {"front"}),
                                          speaker_for("p13", {"back"}),    speaker_for("p14", {"side"}),
                                          speaker_for("p11", {"one"}, 52), speaker_for("p12", {"one"}, 52),
                                          speaker_for("p13", {"two"}, 53), speaker_for("p14", {"three"}, 53)};
  const auto conflicts = find_vrid_conflicts(speakers);
  ASSERT_EQ(conflicts.size(), 2u);
  EXPECT_EQ(conflicts[0].one->port, "p11");
  EXPECT_EQ(conflicts[0].other->port, "p13");
  EXPECT_EQ(conflicts[1].one->vrid, 53);
}

class VridConflictWatchTest : public testing::Test {
 protected:
  void look(TimeMs now) {
    watch_.tick(now, [&] {
      ++asked_;
      return speakers_;
    });
  }

  std::vector<VrrpSpeaker> speakers_{speaker_for("p11", {"front"}), speaker_for("p13", {"back", "side"})};
  EventJournal events_;
  VridConflictWatch watch_{events_};
  int asked_ = 0;
};

TEST_F(VridConflictWatchTest, ConflictIsToldOnceWithBothSides) {
  look(10'000);
  look(20'000);
  ASSERT_EQ(events_.last().size(), 1u);
  EXPECT_EQ(to_message(events_.last()[0]),
            "vrid_conflict subnet=web family=ipv4 vrid=51 port=p11 havips=[\"front\"] other_port=p13 "
            "other_havips=[\"back\",\"side\"]");
}

TEST_F(VridConflictWatchTest, ConflictThatEndedAndComesBackIsToldAgain) {
  look(10'000);
  const auto both = speakers_;
  speakers_.pop_back();
  look(20'000);
  speakers_ = both;
  look(30'000);
  EXPECT_EQ(events_.last().size(), 2u);
}

TEST_F(VridConflictWatchTest, SpeakersAreAskedEveryTenSeconds) {
  for (TimeMs now = 0; now <= 30'000; now += 5) look(now);
  EXPECT_EQ(asked_, 3);
}

}  // namespace
}  // namespace vipswitch::advice
