// Workers on threads of their own, as on their lcores: they end when told, let grace periods pass, and keep
// their books while control and other workers look on.

#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "dataplane/worker.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class RunningBed : public ::testing::Test {
 protected:
  RunningBed() : bed(2), first(bed.add_port(11)), second(bed.add_port(12)) {
    bed.settle();
    for (unsigned i = 0; i < 2; ++i) threads.emplace_back([this, i] { bed.worker(i).run(); });
  }
  ~RunningBed() override { stop(); }

  void stop() {
    bed.host().shared().running.store(false, std::memory_order_relaxed);
    for (auto& thread : threads) thread.join();
    threads.clear();
  }

  RingBed bed;
  RingDevice& first;
  RingDevice& second;
  std::vector<std::thread> threads;
};

TEST_F(RunningBed, WorkersEndWhenTold) {
  EXPECT_TRUE(eventually([&] { return bed.counters(0).polls.get() > 1000; }));
  stop();
  const std::uint64_t polls = bed.counters(0).polls.get();
  EXPECT_EQ(bed.counters(0).polls.get(), polls);
}

TEST_F(RunningBed, IdleWorkersSleepAndDelayNoGracePeriod) {
  EXPECT_TRUE(
      eventually([&] { return bed.counters(0).sleeps.get() > 10 && bed.counters(1).sleeps.get() > 10; }));
  const std::uint64_t token = bed.host().rcu().start();
  EXPECT_TRUE(eventually([&] { return bed.host().rcu().is_over(token); }));
}

TEST_F(RunningBed, MessagesAreHandled) {
  ASSERT_TRUE(bed.service().add(model::Havip{"front", "web", Ipv4(10, 77, 0, 100), {}, {"p11"}}));
  ASSERT_TRUE(bed.service().bind_havip("front", "p12"));
  const auto status = bed.runtime().havip("front");
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(status.value().front().candidates.size(), 2u);
}

TEST_F(RunningBed, PortsComeAndGoUnderTraffic) {
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) first.push(RingBed::frame(11, 12), bed.worker(0).pool());
    ASSERT_TRUE(bed.service().remove_port("p12"));
    ASSERT_TRUE(eventually([&] { return first.pushed() == 0; }));
    bed.add_port(12);
  }
  stop();
  bed.settle();
  EXPECT_TRUE(bed.is_conserved());
}

TEST_F(RunningBed, SumsBalanceAtEveryLookWhilePacketsCrossWorkers) {
  constexpr unsigned kRounds = 40, kBurst = 16;
  for (unsigned round = 0; round < kRounds; ++round) {
    for (unsigned i = 0; i < kBurst; ++i) {
      first.push(RingBed::frame(11, 12), bed.worker(0).pool());
      second.push(RingBed::frame(12, 11), bed.worker(1).pool());
    }
    ASSERT_TRUE(eventually([&] {
      for (const WorkerStatus& status : bed.runtime().workers()) EXPECT_TRUE(status.conserved());
      first.take_sent();
      second.take_sent();
      return first.pushed() == 0 && second.pushed() == 0;
    }));
  }
  EXPECT_TRUE(eventually(
      [&] { return bed.counters(0).tx.get() + bed.counters(1).tx.get() == 2 * kRounds * kBurst; }));
  stop();
  first.take_sent();
  second.take_sent();
  EXPECT_TRUE(bed.is_conserved());
  EXPECT_TRUE(bed.is_every_pool_full());
}

}  // namespace
}  // namespace vipswitch::testing
