#include "control/neighbour/announcer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <vector>

namespace vipswitch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Ipv4 kA(203, 0, 113, 10), kB(203, 0, 113, 11);

class AnnouncerTest : public ::testing::Test {
 protected:
  std::vector<Ipv4> tick(TimeMs now) {
    sent.clear();
    announcer.tick(now);
    return sent;
  }

  std::vector<Ipv4> sent;
  Announcer announcer{[this](Ipv4 address) { sent.push_back(address); }};
};

// Design: forwarding 2.
TEST_F(AnnouncerTest, AddressIsAnnouncedAtOnceAfter100MsAndAfterOneSecond) {
  announcer.announce(kA, 5000);
  std::vector<TimeMs> at;
  for (TimeMs now = 5000; now < 20'000; ++now) {
    if (!tick(now).empty()) at.push_back(now - 5000);
  }
  EXPECT_THAT(at, ElementsAre(0, 100, 1000));
}

TEST_F(AnnouncerTest, AddressesKeepTheirOrder) {
  announcer.announce(kA, 0);
  announcer.announce(kB, 0);
  EXPECT_THAT(tick(0), ElementsAre(kA, kB));
  EXPECT_THAT(tick(100), ElementsAre(kA, kB));
}

TEST_F(AnnouncerTest, CancelledAddressIsSilentAtEveryStage) {
  announcer.announce(kA, 0);
  announcer.cancel(kA);
  EXPECT_THAT(tick(0), IsEmpty());
  announcer.announce(kA, 0);
  tick(0);
  announcer.cancel(kA);
  EXPECT_THAT(tick(100), IsEmpty());
  announcer.announce(kA, 200);
  tick(200);
  tick(300);
  announcer.cancel(kA);
  EXPECT_THAT(tick(5000), IsEmpty());
}

TEST_F(AnnouncerTest, CancelLeavesTheOthers) {
  announcer.announce(kA, 0);
  announcer.announce(kB, 0);
  announcer.cancel(kA);
  EXPECT_THAT(tick(0), ElementsAre(kB));
}

TEST_F(AnnouncerTest, AnnouncedAgainItBeginsAnew) {
  announcer.announce(kA, 0);
  EXPECT_THAT(tick(0), ElementsAre(kA));
  announcer.announce(kA, 50);
  EXPECT_THAT(tick(50), ElementsAre(kA));
  EXPECT_THAT(tick(149), IsEmpty());
  EXPECT_THAT(tick(150), ElementsAre(kA));
  EXPECT_THAT(tick(1049), IsEmpty());
  EXPECT_THAT(tick(1050), ElementsAre(kA));
  EXPECT_THAT(tick(10'000), IsEmpty());
}

TEST_F(AnnouncerTest, CancelledOnesTakeNoTurnFromOthers) {
  for (std::uint32_t i = 0; i < 10 * Announcer::kMaxPerTick; ++i) {
    announcer.announce(Ipv4::from_host(0xcb007100 + i), 0);
    announcer.cancel(Ipv4::from_host(0xcb007100 + i));
  }
  announcer.announce(kB, 0);
  EXPECT_THAT(tick(0), ElementsAre(kB));
}

TEST_F(AnnouncerTest, ManyArePacedAndEachIsAnnouncedThreeTimes) {
  constexpr std::uint32_t kCount = 1000;
  for (std::uint32_t i = 0; i < kCount; ++i) announcer.announce(Ipv4::from_host(0xcb007100 + i), 0);
  std::map<Ipv4, int> times;
  for (TimeMs now = 0; now < 3000; now += 5) {
    const auto now_sent = tick(now);
    EXPECT_LE(now_sent.size(), Announcer::kMaxPerTick);
    for (const Ipv4 address : now_sent) ++times[address];
  }
  EXPECT_EQ(times.size(), kCount);
  for (const auto& [address, count] : times) EXPECT_EQ(count, 3);
}

}  // namespace
}  // namespace vipswitch
