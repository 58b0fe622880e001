#include "dataplane/counters.h"

#include <gtest/gtest.h>
#include <thread>

namespace vipswitch {
namespace {

TEST(WorkerCounters, CountsEachReasonByItself) {
  WorkerCounters counters;
  counters.count(DropReason::truncated);
  counters.count(DropReason::no_mbuf, 5);
  counters.count(LearnCounter::advert);
  EXPECT_EQ(counters.drops[static_cast<std::size_t>(DropReason::truncated)].get(), 1u);
  EXPECT_EQ(counters.drops[static_cast<std::size_t>(DropReason::no_mbuf)].get(), 5u);
  EXPECT_EQ(counters.drops[static_cast<std::size_t>(DropReason::hairpin)].get(), 0u);
  EXPECT_EQ(counters.learn[static_cast<std::size_t>(LearnCounter::advert)].get(), 1u);
}

TEST(WorkerCounters, ReaderSeesWhatWasCountedBetweenPolls) {
  WorkerCounters counters;
  counters.begin();
  counters.rx.add(3);
  counters.tx.add(3);
  counters.end();
  const auto totals = counters.totals_between_polls();
  ASSERT_TRUE(totals);
  EXPECT_EQ(totals->rx, 3u);
}

TEST(WorkerCounters, ReaderIsToldThatThereIsAPoll) {
  WorkerCounters counters;
  counters.begin();
  EXPECT_FALSE(counters.totals_between_polls());
  counters.end();
  EXPECT_TRUE(counters.totals_between_polls());
}

// A copy never mixes the counters of a poll's beginning with those of its end.
TEST(WorkerCounters, ReaderNeverSeesHalfAPoll) {
  constexpr std::uint64_t kPolls = 100'000;
  WorkerCounters counters;
  std::thread worker([&] {
    for (std::uint64_t i = 0; i < kPolls; ++i) {
      counters.begin();
      counters.rx.add(2);
      counters.count(DropReason::truncated);
      counters.tx.add(1);
      counters.end();
    }
  });
  std::uint64_t rx = 0;
  while (rx < 2 * kPolls) {
    const auto totals = counters.totals_between_polls();
    if (!totals) continue;
    rx = totals->rx;
    ASSERT_EQ(rx, totals->tx + totals->dropped);
    ASSERT_EQ(totals->tx, totals->dropped);
  }
  worker.join();
}

}  // namespace
}  // namespace vipswitch
