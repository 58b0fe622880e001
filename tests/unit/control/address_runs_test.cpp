#include "control/model/address_runs.h"

#include <gtest/gtest.h>
#include <random>
#include <set>

namespace vipswitch::model {
namespace {

TEST(AddressRuns, EmptySetOffersWhereItIsAsked) {
  EXPECT_EQ(AddressRuns<Ipv4>().highest_free(Ipv4(10, 0, 0, 9)), Ipv4(10, 0, 0, 9));
}

TEST(AddressRuns, OrderOfInsertionDoesNotShow) {
  AddressRuns<Ipv4> up, down;
  for (std::uint8_t i = 1; i < 9; ++i) {
    up.insert(Ipv4(10, 0, 0, i));
    down.insert(Ipv4(10, 0, 0, static_cast<std::uint8_t>(9 - i)));
  }
  EXPECT_EQ(up, down);
}

TEST(AddressRuns, EndsOfTheAddressSpaceDoNotWrap) {
  AddressRuns<Ipv4> runs;
  runs.insert(Ipv4::broadcast());
  runs.insert(Ipv4(0, 0, 0, 1));
  EXPECT_EQ(runs.highest_free(Ipv4::broadcast()), Ipv4(255, 255, 255, 254));
  runs.erase(Ipv4::broadcast());
  runs.erase(Ipv4(0, 0, 0, 1));
  EXPECT_TRUE(runs.empty());
}

TEST(AddressRuns, RandomChangesAgreeWithAPlainSet) {
  std::mt19937 random(7);
  AddressRuns<Ipv4> runs;
  std::set<std::uint32_t> taken;
  for (int step = 0; step < 20000; ++step) {
    const auto value = 100 + static_cast<std::uint32_t>(random() % 40);
    if (taken.erase(value) > 0) {
      runs.erase(Ipv4::from_host(value));
    } else {
      taken.insert(value);
      runs.insert(Ipv4::from_host(value));
    }
    auto expected = 100 + static_cast<std::uint32_t>(random() % 45);
    const auto from = Ipv4::from_host(expected);
    while (taken.count(expected) > 0) --expected;
    ASSERT_EQ(runs.highest_free(from).host(), expected);
    ASSERT_EQ(runs.empty(), taken.empty());
  }
}

}  // namespace
}  // namespace vipswitch::model
