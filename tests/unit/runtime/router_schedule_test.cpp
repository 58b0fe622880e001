#include "control/neighbour/router_schedule.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace vipswitch::testing {
namespace {

class RouterScheduleTest : public ::testing::Test {
 protected:
  // When the port is sent to, in seconds, up to then.
  std::vector<TimeMs> sent_until(TimeMs end_s) {
    times_.clear();
    for (TimeMs now_s = 0; now_s <= end_s; ++now_s) {
      now_s_ = now_s;
      schedule_.tick(now_s * 1000);
    }
    return times_;
  }

  TimeMs now_s_ = 0, chance_ms_ = 0;
  std::vector<TimeMs> times_;
  RouterSchedule schedule_{[this](const std::string&) { times_.push_back(now_s_); },
                           [this](TimeMs limit) { return std::min(chance_ms_, limit - 1); }};
};

TEST_F(RouterScheduleTest, ThreeComeAtOnceThenOneInAWhile) {
  schedule_.start("p", 0);
  EXPECT_EQ(sent_until(500), (std::vector<TimeMs>{0, 16, 32, 232, 432}));
}

TEST_F(RouterScheduleTest, ChanceIsWithinItsBounds) {
  chance_ms_ = 10'000'000;
  schedule_.start("p", 0);
  EXPECT_EQ(sent_until(1300), (std::vector<TimeMs>{0, 16, 32, 632, 1232}));
}

TEST_F(RouterScheduleTest, StoppedPortIsLeftAlone) {
  schedule_.start("p", 0);
  schedule_.stop("p");
  EXPECT_TRUE(sent_until(100).empty());
  EXPECT_FALSE(schedule_.has("p"));
}

TEST_F(RouterScheduleTest, TickSendsNoBurst) {
  for (int i = 0; i < 100; ++i) schedule_.start(std::to_string(i), 0);
  schedule_.tick(0);
  EXPECT_EQ(times_.size(), RouterSchedule::kMaxPerTick);
  schedule_.tick(1);
  EXPECT_EQ(times_.size(), 100u);
}

}  // namespace
}  // namespace vipswitch::testing
