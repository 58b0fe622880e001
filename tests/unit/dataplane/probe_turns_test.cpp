#include "dataplane/probe_turns.h"

#include <gtest/gtest.h>

namespace vipswitch {
namespace {

TEST(ProbeTurns, FewAtATimeAreGivenAtOnce) {
  ProbeTurns turns;
  for (unsigned i = 0; i < ProbeTurns::kPerMs; ++i) EXPECT_EQ(turns.take(100), 100);
  for (unsigned i = 0; i < ProbeTurns::kPerMs; ++i) EXPECT_EQ(turns.take(101), 101);
}

TEST(ProbeTurns, ManyAtOnceAreSpreadInTheOrderOfAsking) {
  ProbeTurns turns;
  for (unsigned i = 0; i < 100 * ProbeTurns::kPerMs; ++i)
    EXPECT_EQ(turns.take(100), 100 + i / ProbeTurns::kPerMs) << i;
  EXPECT_EQ(turns.take(150), 200) << "behind those that wait";
}

}  // namespace
}  // namespace vipswitch
