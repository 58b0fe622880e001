#include "dataplane/token_bucket.h"

#include <gtest/gtest.h>

namespace vipswitch {
namespace {

unsigned take_all(TokenBucket& bucket, TimeMs now) {
  unsigned taken = 0;
  while (bucket.take(now)) ++taken;
  return taken;
}

TEST(TokenBucket, BeginsFull) {
  TokenBucket bucket(1000, 40);
  EXPECT_EQ(take_all(bucket, 0), 40u);
}

TEST(TokenBucket, WithoutRateGivesNothing) {
  TokenBucket bucket;
  EXPECT_FALSE(bucket.take(0));
  EXPECT_FALSE(bucket.take(1'000'000));
}

TEST(TokenBucket, RefillsWithItsRate) {
  TokenBucket bucket(1000, 100);
  take_all(bucket, 0);
  EXPECT_EQ(take_all(bucket, 1), 1u);
  EXPECT_EQ(take_all(bucket, 31), 30u);
}

TEST(TokenBucket, FractionsOfATokenAddUp) {
  TokenBucket bucket(300, 10);  // three tokens in 10 ms
  take_all(bucket, 0);
  unsigned taken = 0;
  for (TimeMs now = 1; now <= 100; ++now) taken += take_all(bucket, now);
  EXPECT_EQ(taken, 30u);
}

TEST(TokenBucket, SavesNoMoreThanItsBurst) {
  TokenBucket bucket(1000, 50);
  take_all(bucket, 0);
  EXPECT_EQ(take_all(bucket, 60'000), 50u);
}

TEST(TokenBucket, IsFullAfterAnyLongTime) {
  TokenBucket bucket(~std::uint32_t{0}, 5);
  take_all(bucket, 0);
  EXPECT_EQ(take_all(bucket, TimeMs{1} << 62), 5u);
}

TEST(TokenBucket, TimeThatRunsBackwardsGivesNothing) {
  TokenBucket bucket(1000, 10);
  take_all(bucket, 1000);
  EXPECT_FALSE(bucket.take(500));
  EXPECT_EQ(take_all(bucket, 1002), 2u);
}

}  // namespace
}  // namespace vipswitch
