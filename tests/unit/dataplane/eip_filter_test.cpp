#include "dataplane/eip_filter.h"

#include <gtest/gtest.h>

namespace vipswitch {
namespace {

Ipv6 address6(std::uint16_t net, std::uint16_t host) {
  return Ipv6::from_groups({0x2001, 0xdb8, net, 0, 0, 0, 0, host});
}

TEST(EipFilter, HoldsNothingAtFirst) {
  const EipFilter filter;
  for (std::uint32_t net = 0; net < 5000; ++net) {
    EXPECT_FALSE(filter.may_hold(Ipv4::from_host(net << 8)));
    EXPECT_FALSE(filter.may_hold(address6(static_cast<std::uint16_t>(net), 1)));
  }
}

TEST(EipFilter, HoldsEverythingThatWasAdded) {
  EipFilter filter;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    filter.add(Ipv4::from_host(0xcb000000 + i * 77));
    filter.add(address6(static_cast<std::uint16_t>(i), 9));
  }
  for (std::uint32_t i = 0; i < 3000; ++i) {
    EXPECT_TRUE(filter.may_hold(Ipv4::from_host(0xcb000000 + i * 77)));
    EXPECT_TRUE(filter.may_hold(address6(static_cast<std::uint16_t>(i), 9)));
  }
}

TEST(EipFilter, OnePrefixStaysUntilItsLastAddressIsRemoved) {
  EipFilter filter;
  const Ipv4 first(203, 0, 113, 10), second(203, 0, 113, 11);
  filter.add(first);
  filter.add(second);
  filter.remove(first);
  EXPECT_TRUE(filter.may_hold(second));
  filter.remove(second);
  EXPECT_FALSE(filter.may_hold(second));
}

// What is asked for is nearly always elsewhere: with a few prefixes hardly a bit is set by accident.
TEST(EipFilter, LetsFewOthersThrough) {
  EipFilter filter;
  for (std::uint32_t i = 0; i < 8; ++i) filter.add(Ipv4::from_host(0xcb007100 + (i << 8)));
  unsigned passed = 0;
  for (std::uint32_t net = 0; net < 100'000; ++net)
    passed += filter.may_hold(Ipv4::from_host(0x01000000 + (net << 8)));
  EXPECT_LT(passed, 100'000u / 100);
}

TEST(EipFilter, CopyOfADryRunHoldsTheSame) {
  EipFilter filter;
  filter.add(Ipv4(203, 0, 113, 10));
  const EipFilter copy(filter, DryRun{});
  EXPECT_TRUE(copy.may_hold(Ipv4(203, 0, 113, 10)));
  EXPECT_FALSE(copy.may_hold(Ipv4(198, 51, 100, 1)));
}

}  // namespace
}  // namespace vipswitch
