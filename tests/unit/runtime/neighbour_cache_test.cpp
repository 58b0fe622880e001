#include "control/neighbour/neighbour_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <vector>

namespace vipswitch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr Ipv4 kGateway(198, 51, 100, 1), kOther(198, 51, 100, 9), kThird(198, 51, 100, 10);
constexpr Mac kMac(2, 0, 0, 0, 0, 1), kNewMac(2, 0, 0, 0, 0, 2);
constexpr PortId kAsker(3), kOtherAsker(4);
constexpr TimeMs kRetry = NeighbourCache::kRetryMs, kRefresh = NeighbourCache::kRefreshMs;

struct Asked {
  Ipv4 address;
  std::optional<Mac> known;
  bool operator==(const Asked&) const = default;
};
struct Published {
  Ipv4 address;
  Mac mac;
  bool operator==(const Published&) const = default;
};

class NeighbourCacheTest : public ::testing::Test {
 protected:
  std::vector<Asked> take_asked() { return std::exchange(asked, {}); }
  std::vector<Published> take_published() { return std::exchange(published, {}); }
  void tick_until(TimeMs end, TimeMs begin = 0) {
    for (TimeMs now = begin; now <= end; now += 100) cache.tick(now);
  }

  std::vector<Asked> asked;
  std::vector<Published> published;
  bool has_room = true;
  std::set<Ipv4> used;
  NeighbourCache cache{[this](Ipv4 address, const std::optional<Mac>& known) {
                         asked.push_back({address, known});
                       },
                       [this](Ipv4 address, const Mac& mac) {
                         published.push_back({address, mac});
                         return has_room;
                       },
                       [this](Ipv4 address) { return used.erase(address) != 0; }};
};

TEST_F(NeighbourCacheTest, GatewayIsAskedForAtOnceByEverybodysAddress) {
  cache.set_gateway(kGateway, 0);
  EXPECT_THAT(take_asked(), ElementsAre(Asked{kGateway, std::nullopt}));
  EXPECT_EQ(cache.entries().at(kGateway).state, NeighbourState::kResolving);
}

TEST_F(NeighbourCacheTest, SilentGatewayIsAskedForWithoutEnd) {
  cache.set_gateway(kGateway, 0);
  tick_until(20 * kRetry);
  EXPECT_EQ(asked.size(), 21u);
}

TEST_F(NeighbourCacheTest, AnswerIsPublishedAndEndsTheQuestions) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 10);
  take_asked();
  EXPECT_THAT(take_published(), ElementsAre(Published{kGateway, kMac}));
  tick_until(10 + kRefresh - 1);
  EXPECT_THAT(asked, IsEmpty());
}

// RFC 1122 2.3.2.1: the first question after an answer goes to the neighbour alone.
TEST_F(NeighbourCacheTest, RefreshAsksTheNeighbourAloneThenEverybody) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  take_asked();
  cache.tick(kRefresh);
  EXPECT_EQ(cache.entries().at(kGateway).state, NeighbourState::kProbing);
  cache.tick(kRefresh + kRetry);
  EXPECT_THAT(take_asked(), ElementsAre(Asked{kGateway, kMac}, Asked{kGateway, std::nullopt}));
}

TEST_F(NeighbourCacheTest, SameAnswerIsNoNews) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  take_published();
  cache.learn(kGateway, kMac, kRefresh);
  EXPECT_THAT(published, IsEmpty());
  EXPECT_EQ(cache.entries().at(kGateway).next_ms, 2 * kRefresh);
}

TEST_F(NeighbourCacheTest, AnotherMacIsPublished) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  cache.learn(kGateway, kNewMac, 5);
  EXPECT_THAT(take_published(), ElementsAre(Published{kGateway, kMac}, Published{kGateway, kNewMac}));
}

// Packets keep flowing to where the gateway was: a few lost requests cost nobody a packet.
TEST_F(NeighbourCacheTest, GatewayThatFallsSilentKeepsItsMac) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  take_published();
  tick_until(kRefresh + 10 * kRetry);
  EXPECT_THAT(published, IsEmpty());
  EXPECT_EQ(cache.entries().at(kGateway).mac, kMac);
}

TEST_F(NeighbourCacheTest, WantedAddressIsAskedForOnceAtATime) {
  cache.want(kOther, kAsker, 0);
  cache.want(kOther, kAsker, 1);
  EXPECT_THAT(take_asked(), ElementsAre(Asked{kOther, std::nullopt}));
}

TEST_F(NeighbourCacheTest, SilentNeighbourIsForgottenAfterItsRetries) {
  cache.want(kOther, kAsker, 0);
  tick_until(NeighbourCache::kRetries * kRetry);
  EXPECT_EQ(asked.size(), NeighbourCache::kRetries);
  EXPECT_TRUE(cache.entries().empty());
  EXPECT_THAT(published, IsEmpty());
}

TEST_F(NeighbourCacheTest, NeighbourThatFallsSilentIsTakenFromTheTables) {
  cache.want(kOther, kAsker, 0);
  cache.learn(kOther, kMac, 0);
  take_published();
  tick_until(kRefresh + 2 * kRetry, kRefresh);
  EXPECT_THAT(published, IsEmpty());
  cache.tick(kRefresh + 3 * kRetry);
  EXPECT_THAT(take_published(), ElementsAre(Published{kOther, Mac()}));
  EXPECT_TRUE(cache.entries().empty());
}

TEST_F(NeighbourCacheTest, NewGatewayTakesTheOldOnesPlace) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  take_asked();
  take_published();
  cache.set_gateway(kOther, 50);
  EXPECT_THAT(take_asked(), ElementsAre(Asked{kOther, std::nullopt}));
  EXPECT_THAT(take_published(), ElementsAre(Published{kGateway, Mac()}));
  EXPECT_FALSE(cache.entries().contains(kGateway));
}

TEST_F(NeighbourCacheTest, KnownNeighbourThatBecomesTheGatewayIsPublishedAgain) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kOther, kMac, 0);
  take_published();
  cache.set_gateway(kOther, 50);
  EXPECT_THAT(take_published(), ElementsAre(Published{kGateway, Mac()}, Published{kOther, kMac}));
}

TEST_F(NeighbourCacheTest, SameGatewayChangesNothing) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  take_asked();
  take_published();
  cache.set_gateway(kGateway, 50);
  EXPECT_THAT(asked, IsEmpty());
  EXPECT_THAT(published, IsEmpty());
}

TEST_F(NeighbourCacheTest, WithoutGatewayEverythingIsForgotten) {
  cache.set_gateway(kGateway, 0);
  cache.learn(kGateway, kMac, 0);
  cache.learn(kOther, kNewMac, 0);
  take_published();
  cache.set_gateway(std::nullopt, 50);
  EXPECT_THAT(take_published(), ElementsAre(Published{kGateway, Mac()}, Published{kOther, Mac()}));
  EXPECT_TRUE(cache.entries().empty());
  take_asked();
  tick_until(kRefresh);
  EXPECT_THAT(asked, IsEmpty());
}

TEST_F(NeighbourCacheTest, FullCacheTakesNobodyNewButTheGateway) {
  for (std::uint32_t i = 0; i < NeighbourCache::kMaxEntries; ++i)
    cache.want(Ipv4::from_host(0x0a000001 + i), PortId(i), 0);
  EXPECT_EQ(cache.entries().size(), NeighbourCache::kMaxEntries);
  cache.want(kOther, kAsker, 0);
  cache.learn(kThird, kMac, 0);
  EXPECT_EQ(cache.entries().size(), NeighbourCache::kMaxEntries);
  take_asked();
  cache.set_gateway(kGateway, 0);
  EXPECT_THAT(take_asked(), ElementsAre(Asked{kGateway, std::nullopt}));
  cache.learn(kGateway, kMac, 0);
  EXPECT_THAT(take_published(), ElementsAre(Published{kGateway, kMac}));
}

TEST_F(NeighbourCacheTest, UnwantedNeighboursTakeHalfOfTheRoom) {
  constexpr std::uint32_t kFirst = 0x0a000001;
  for (std::uint32_t i = 0; i < NeighbourCache::kMaxEntries; ++i)
    cache.learn(Ipv4::from_host(kFirst + i), kMac, 0);
  EXPECT_EQ(cache.entries().size(), NeighbourCache::kMaxUnwanted);
  // One that is there may change its MAC, and what is wanted finds room.
  cache.learn(Ipv4::from_host(kFirst), kNewMac, 0);
  cache.want(kThird, kAsker, 0);
  cache.learn(kThird, kMac, 0);
  EXPECT_EQ(cache.entries().at(Ipv4::from_host(kFirst)).mac, kNewMac);
  EXPECT_EQ(cache.entries().at(kThird).mac, kMac);
}

// A tenant who writes to every host of a large provider network takes no more than its share.
TEST_F(NeighbourCacheTest, OnePortLeavesRoomForTheOthers) {
  for (std::uint32_t i = 0; i < NeighbourCache::kMaxEntries; ++i) {
    cache.want(Ipv4::from_host(0x0a000001 + i), kAsker, 0);
    cache.learn(Ipv4::from_host(0x0a000001 + i), kMac, 0);
  }
  EXPECT_EQ(cache.entries().size(), NeighbourCache::kMaxEntries / 2);
  cache.want(kOther, kOtherAsker, 0);
  EXPECT_TRUE(cache.entries().contains(kOther));
}

TEST_F(NeighbourCacheTest, ForgottenNextHopsMakeRoomForTheirPort) {
  for (std::uint32_t i = 0; i < NeighbourCache::kMaxEntries; ++i)
    cache.want(Ipv4::from_host(0x0a000001 + i), kAsker, 0);
  tick_until(NeighbourCache::kRetries * kRetry);
  EXPECT_TRUE(cache.entries().empty());
  for (std::uint32_t i = 0; i < NeighbourCache::kMaxEntries / 2; ++i)
    cache.want(Ipv4::from_host(0x0a000001 + i), kAsker, 0);
  EXPECT_EQ(cache.entries().size(), NeighbourCache::kMaxEntries / 2);
}

TEST_F(NeighbourCacheTest, AnsweringNeighbourThatNobodySendsToIsForgotten) {
  cache.want(kOther, kAsker, 0);
  cache.learn(kOther, kMac, 0);
  TimeMs now = 0;
  for (; now < NeighbourCache::kIdleMs; now += 100) {
    cache.tick(now);
    if (now % kRefresh == 0) cache.learn(kOther, kMac, now);
  }
  EXPECT_TRUE(cache.entries().contains(kOther));
  tick_until(now + kRefresh, now);
  EXPECT_FALSE(cache.entries().contains(kOther));
  EXPECT_EQ(published.back(), (Published{kOther, Mac()}));
}

TEST_F(NeighbourCacheTest, NeighbourThatIsSentToStays) {
  cache.want(kOther, kAsker, 0);
  cache.learn(kOther, kMac, 0);
  for (TimeMs now = 0; now < 3 * NeighbourCache::kIdleMs; now += 100) {
    used.insert(kOther);
    cache.tick(now);
    if (now % kRefresh == 0) cache.learn(kOther, kMac, now);
  }
  EXPECT_TRUE(cache.entries().contains(kOther));
  EXPECT_THAT(published, ElementsAre(Published{kOther, kMac}));
}

TEST_F(NeighbourCacheTest, AnswerThatFindsNoRoomIsAskedForAgain) {
  cache.want(kOther, kAsker, 0);
  has_room = false;
  cache.learn(kOther, kMac, 0);
  EXPECT_EQ(cache.entries().at(kOther).state, NeighbourState::kResolving);
  take_asked();
  take_published();
  cache.tick(kRetry);
  EXPECT_THAT(take_asked(), ElementsAre(Asked{kOther, std::nullopt}));
  has_room = true;
  cache.learn(kOther, kMac, kRetry);
  EXPECT_THAT(take_published(), ElementsAre(Published{kOther, kMac}));
  EXPECT_EQ(cache.entries().at(kOther).mac, kMac);
}

}  // namespace
}  // namespace vipswitch
