#include "control/runtime/worker_watchdog.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control/runtime/load_meter.h"

namespace vipswitch {
namespace {

class WorkerWatchdogTest : public ::testing::Test {
 protected:
  // Time passes in ticks of 5 ms; worker 0 polls or not, worker 1 always does.
  void pass(TimeMs duration_ms, bool polls) {
    for (TimeMs end = now_ + duration_ms; now_ < end; now_ += 5) {
      if (polls) ++polls_[0];
      ++polls_[1];
      watchdog_.tick(now_);
    }
  }

  TimeMs now_ = 0;
  std::uint64_t polls_[2] = {0, 0};
  EventJournal events_;
  WorkerWatchdog watchdog_{{3, 4}, [this](std::size_t i) { return polls_[i]; }, events_};
};

TEST_F(WorkerWatchdogTest, PollingWorkerIsLeftAlone) {
  pass(1000, true);
  EXPECT_TRUE(events_.last().empty());
}

TEST_F(WorkerWatchdogTest, ShortPauseIsNoHang) {
  pass(200, true);
  pass(80, false);
  pass(200, true);
  EXPECT_TRUE(events_.last().empty());
}

TEST_F(WorkerWatchdogTest, HangIsToldOnceAndItsEndToo) {
  pass(200, true);
  pass(500, false);
  ASSERT_EQ(events_.last().size(), 1u);
  EXPECT_TRUE(watchdog_.is_stuck(0));
  EXPECT_FALSE(watchdog_.is_stuck(1));
  EXPECT_EQ(events_.last()[0].name, EventName::worker_stuck);
  EXPECT_EQ((*events_.last()[0].fields)["lcore"], 3);
  EXPECT_GE((*events_.last()[0].fields)["stuck_ms"], 100);
  EXPECT_LT((*events_.last()[0].fields)["stuck_ms"], 150);
  pass(100, true);
  ASSERT_EQ(events_.last().size(), 2u);
  EXPECT_EQ(events_.last()[1].name, EventName::worker_resumed);
  EXPECT_GE((*events_.last()[1].fields)["stuck_ms"], 480);
  EXPECT_FALSE(watchdog_.is_stuck(0));
}

TEST_F(WorkerWatchdogTest, ControlThatWasLateItselfAccusesNobody) {
  pass(200, true);
  now_ += 5000;  // the whole machine stood still
  pass(40, false);
  EXPECT_TRUE(events_.last().empty());
}

TEST(LoadMeterTest, LoadIsOfTheLastSecondAlone) {
  LoadMeter meter(1, 1000);
  WorkDone done{};
  const auto look = [&](std::size_t) { return done; };
  meter.tick(1000, look);
  done = {500, 10, 320};
  meter.tick(2000, look);
  EXPECT_DOUBLE_EQ(meter.of(0).percent, 50.0);
  EXPECT_DOUBLE_EQ(meter.of(0).packets_per_poll, 32.0);
  done.busy_cycles += 1000;
  meter.tick(2500, look);  // too early
  EXPECT_DOUBLE_EQ(meter.of(0).percent, 50.0);
  meter.tick(3000, look);
  EXPECT_DOUBLE_EQ(meter.of(0).percent, 100.0);
  EXPECT_DOUBLE_EQ(meter.of(0).packets_per_poll, 0.0);
}

}  // namespace
}  // namespace vipswitch
