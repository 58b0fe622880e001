#include "dataplane/spoken_groups.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <vector>

namespace vipswitch {
namespace {

using owner::VrrpGroup;

SpokenAdvert advert_of(std::uint8_t vrid, std::uint8_t priority = 100, Family family = Family::kIpv4) {
  SpokenAdvert advert;
  advert.group = {family, vrid};
  advert.version = 3;
  advert.priority = priority;
  advert.interval_ms = 1000;
  return advert;
}

std::vector<SpokenGroups::Group> groups_of(const SpokenGroups& spoken) {
  std::vector<SpokenGroups::Group> groups;
  spoken.for_each([&](const SpokenGroups::Group& group) { groups.push_back(group); });
  return groups;
}

TEST(SpokenGroups, AdvertIsKeptAsItWas) {
  SpokenGroups spoken;
  SpokenAdvert advert = advert_of(51, 150, Family::kIpv6);
  advert.version = 2;
  advert.auth = VrrpAuth::kHeader;
  advert.is_unicast = true;
  advert.has_virtual_mac = true;
  advert.interval_ms = 255'000;
  advert.list_size = 255;
  advert.list_hash = 0xbeef;
  advert.listed = 0x1ffff;
  spoken.hear(advert, 7);
  ASSERT_EQ(groups_of(spoken).size(), 1u);
  EXPECT_EQ(groups_of(spoken)[0].advert, advert);
  EXPECT_EQ(groups_of(spoken)[0].last_ms, 7);
}

TEST(SpokenGroups, FirstAdvertAcquiresTheGroupAndLaterOnesDoNot) {
  SpokenGroups spoken;
  EXPECT_TRUE(spoken.hear(advert_of(51), 1'000));
  EXPECT_FALSE(spoken.hear(advert_of(51), 2'000));
  EXPECT_FALSE(spoken.hear(advert_of(51, 101), 6'000)) << "within its dead time";
  EXPECT_EQ(groups_of(spoken)[0].acquired_ms, 1'000);
}

TEST(SpokenGroups, PortThatWasSilentForItsDeadTimeAcquiresAnew) {
  SpokenGroups spoken;
  spoken.hear(advert_of(51), 0);
  EXPECT_TRUE(spoken.hear(advert_of(51), 4'001));
}

TEST(SpokenGroups, ResignationAcquiresNothingAndEndsTheGroup) {
  SpokenGroups spoken;
  EXPECT_FALSE(spoken.hear(advert_of(51, 0), 0));
  spoken.hear(advert_of(51), 100);
  spoken.hear(advert_of(51, 0), 200);
  EXPECT_FALSE(spoken.acquired_lately(201).exists());
  EXPECT_TRUE(spoken.hear(advert_of(51), 300));
}

TEST(SpokenGroups, OnlyOneOfTheLastSecondIsTheOneAcquired) {
  SpokenGroups spoken;
  spoken.hear(advert_of(51), 10'000);
  EXPECT_EQ(spoken.acquired_lately(11'000), (VrrpGroup{Family::kIpv4, 51}));
  EXPECT_FALSE(spoken.acquired_lately(11'001).exists());
  spoken.hear(advert_of(51, 100, Family::kIpv6), 11'500);
  EXPECT_EQ(spoken.acquired_lately(11'600), (VrrpGroup{Family::kIpv6, 51}));
  spoken.hear(advert_of(52), 11'550);
  EXPECT_FALSE(spoken.acquired_lately(11'600).exists()) << "two";
}

TEST(SpokenGroups, BeyondTheCapacityTheOneSilentForLongestIsForgotten) {
  SpokenGroups spoken;
  constexpr auto kAll = static_cast<std::uint8_t>(SpokenGroups::kCapacity);
  for (std::uint8_t vrid = 1; vrid <= kAll; ++vrid) spoken.hear(advert_of(vrid), vrid);
  spoken.hear(advert_of(1), 100);
  spoken.hear(advert_of(200), 101);
  std::vector<int> left;
  for (const auto& group : groups_of(spoken)) left.push_back(group.advert.group.vrid);
  EXPECT_EQ(left.size(), SpokenGroups::kCapacity);
  EXPECT_EQ(std::count(left.begin(), left.end(), 2), 0);
  EXPECT_EQ(std::count(left.begin(), left.end(), 1), 1);
}

}  // namespace
}  // namespace vipswitch
