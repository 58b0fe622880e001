#include "dataplane/recent_deliveries.h"

#include <gtest/gtest.h>

namespace vipswitch {
namespace {

constexpr std::uint64_t kNow = 123'456'789'012'345;

void deliver(RecentDeliveries& recent, std::uint32_t havip, std::uint64_t tsc) {
  recent.note(HavipId(havip), RecentDeliveries::stamp(tsc));
}

TEST(RecentDeliveries, NothingIsKnownAtFirst) {
  EXPECT_EQ(RecentDeliveries().last_tsc(HavipId(0), kNow), 0u);
  EXPECT_EQ(RecentDeliveries().last_tsc(HavipId(77), kNow), 0u);
}

TEST(RecentDeliveries, LastOneIsKnownTo64Cycles) {
  RecentDeliveries recent;
  deliver(recent, 5, kNow - 10'000);
  deliver(recent, 5, kNow - 1'000);
  EXPECT_NEAR(static_cast<double>(recent.last_tsc(HavipId(5), kNow) - (kNow - 1'000)), 0, 64);
}

TEST(RecentDeliveries, CounterOfAnotherCoreMayBeAhead) {
  RecentDeliveries recent;
  deliver(recent, 5, kNow + 500);
  const auto told = static_cast<std::int64_t>(recent.last_tsc(HavipId(5), kNow) - kNow);
  EXPECT_NEAR(static_cast<double>(told), 500, 64);
}

TEST(RecentDeliveries, PlaceThatAnotherHavipTookIsNotKnown) {
  RecentDeliveries recent;
  deliver(recent, 5, kNow);
  deliver(recent, 5 + RecentDeliveries::kPlaces, kNow);
  EXPECT_EQ(recent.last_tsc(HavipId(5), kNow), 0u);
  EXPECT_NE(recent.last_tsc(HavipId(5 + RecentDeliveries::kPlaces), kNow), 0u);
}

}  // namespace
}  // namespace vipswitch
