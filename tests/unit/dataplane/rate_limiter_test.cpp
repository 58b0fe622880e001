#include "dataplane/rate_limiter.h"

#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace vipswitch {
namespace {

constexpr std::uint32_t kPacket = 1500;
constexpr WorkerId kFirst{0};

// Bytes that pass when the worker offers packets at this moment until one does not.
std::uint64_t take_all(RateLimiter& rate, WorkerId worker, TimeMs now, std::uint32_t bytes = kPacket) {
  std::uint64_t taken = 0;
  while (rate.take(worker, bytes, now)) taken += bytes;
  return taken;
}

TEST(RateLimiter, BeginsWithItsBurst) {
  RateLimiter rate(100, 150'000, 1);
  EXPECT_EQ(take_all(rate, kFirst, 1'000'000), 150'000u);
}

TEST(RateLimiter, SavesAtMostItsBurst) {
  RateLimiter rate(100, 150'000, 1);
  take_all(rate, kFirst, 0);
  EXPECT_EQ(take_all(rate, kFirst, 3'600'000), 150'000u);
}

TEST(RateLimiter, PacketLongerThanTheBurstNeverPasses) {
  RateLimiter rate(100, 1000, 1);
  EXPECT_FALSE(rate.take(kFirst, 1001, 5));
  EXPECT_TRUE(rate.take(kFirst, 1000, 5));
}

TEST(RateLimiter, ClockThatIsLateFindsLessAndTakesNothingBack) {
  RateLimiter rate(8, 10'000, 2);  // 1000 bytes a millisecond
  take_all(rate, kFirst, 100, 1);
  EXPECT_EQ(take_all(rate, WorkerId(1), 99, 1), 0u);
  EXPECT_EQ(take_all(rate, WorkerId(1), 105, 1), 5000u);
}

TEST(RateLimiter, WhatIsGivenBackCanBeTakenAgain) {
  RateLimiter rate(8, 3000, 1);
  EXPECT_TRUE(rate.take(kFirst, kPacket, 0));
  rate.give_back(kFirst, kPacket);
  EXPECT_EQ(take_all(rate, kFirst, 0), 3000u);
}

TEST(RateLimiter, WhoIsNoWorkerPassesAndTakesNothing) {
  RateLimiter rate(8, 3000, 1);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(rate.take(WorkerId(), kPacket, 0));
  EXPECT_EQ(take_all(rate, kFirst, 0), 3000u);
}

// A worker that stops keeps at most a hundredth of the burst from the others.
TEST(RateLimiter, WorkerHoldsBackAtMostAHundredth) {
  RateLimiter rate(8, 100'000, 2);
  EXPECT_TRUE(rate.take(kFirst, 1, 0));
  EXPECT_EQ(take_all(rate, WorkerId(1), 0, 100), 99'000u);
}

// Whatever the number of workers and the pace of their packets: over ten seconds of overload what passes is
// the rate, within 2 %, and never more than rate and burst.
TEST(RateLimiter, IsExactToTwoPercentForAnyNumberOfWorkers) {
  for (const unsigned workers : {1u, 2u, 3u, 8u, 64u}) {
    for (const std::uint32_t mbps : {1u, 10u, 1000u, 100'000u}) {
      const std::uint64_t burst = std::max<std::uint64_t>(64'000, mbps * 125ull * 20);
      RateLimiter rate(mbps, burst, workers);
      std::uint64_t passed = 0;
      constexpr TimeMs kBegin = 12'345, kSpan = 10'000;
      // A hundred thousand packets, more or less, however fast the rate: a slow machine counts them too.
      const std::uint32_t scale = std::max(1u, mbps / 10);
      for (TimeMs now = kBegin; now <= kBegin + kSpan; now += 1 + now % 7) {
        for (unsigned worker = 0; worker < workers; ++worker)
          passed +=
              take_all(rate, WorkerId(static_cast<std::uint16_t>(worker)), now, (64 + 9 * worker) * scale);
      }
      const double allowed = static_cast<double>(mbps) * 125 * kSpan + static_cast<double>(burst);
      EXPECT_LE(static_cast<double>(passed), allowed) << workers << " workers at " << mbps;
      EXPECT_GE(static_cast<double>(passed), 0.98 * allowed) << workers << " workers at " << mbps;
    }
  }
}

// Threads that take at the same moment do not get one byte too many together.
TEST(RateLimiter, ThreadsShareOneBurst) {
  constexpr unsigned kThreads = 4;
  constexpr std::uint64_t kBurst = 4'000'000;
  RateLimiter rate(100, kBurst, kThreads);
  std::vector<std::uint64_t> passed(kThreads);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back(
        [&, i] { passed[i] = take_all(rate, WorkerId(static_cast<std::uint16_t>(i)), 7, 10); });
  }
  std::uint64_t sum = 0;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads[i].join();
    sum += passed[i];
  }
  EXPECT_LE(sum, kBurst);
  EXPECT_GE(sum, kBurst - kThreads * kBurst / 100);
}

}  // namespace
}  // namespace vipswitch
