#include "dataplane/deadline_tree.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "tests/support/switch/in_process_switch.h"

namespace vipswitch {
namespace {

using testing::start_eal;

constexpr TimeMs kNever = DeadlineTree::kNever;
constexpr std::size_t kGroup = DeadlineTree::kFan * DeadlineTree::kFan;

std::vector<std::size_t> collect(DeadlineTree& tree, TimeMs now) {
  std::vector<std::size_t> visited;
  tree.collect_due(now, 0, 1, [&](std::size_t slot) {
    visited.push_back(slot);
    return kNever;
  });
  return visited;
}

class DeadlineTreeTest : public ::testing::Test {
 protected:
  DeadlineTreeTest() { start_eal(); }
};

TEST_F(DeadlineTreeTest, NewTreeWaitsForNothing) {
  DeadlineTree tree(100);
  ASSERT_TRUE(tree.is_valid());
  EXPECT_EQ(tree.earliest(0, 1), kNever);
  EXPECT_TRUE(collect(tree, kNever - 1).empty());
}

TEST_F(DeadlineTreeTest, SlotIsFoundAtItsDeadlineAndNotBefore) {
  DeadlineTree tree(2 * kGroup);
  tree.lower(kGroup + 77, 500);
  EXPECT_EQ(tree.earliest(0, 1), 500);
  EXPECT_TRUE(collect(tree, 499).empty());
  EXPECT_EQ(collect(tree, 500), (std::vector<std::size_t>{kGroup + 77}));
  EXPECT_TRUE(collect(tree, 501).empty());
}

TEST_F(DeadlineTreeTest, LaterDeadlineDoesNotRaise) {
  DeadlineTree tree(100);
  tree.lower(5, 100);
  tree.lower(5, 200);
  EXPECT_EQ(collect(tree, 100), (std::vector<std::size_t>{5}));
  EXPECT_EQ(tree.earliest(0, 1), kNever);
}

TEST_F(DeadlineTreeTest, LastSlotOfAnUnevenCountIsFound) {
  for (const std::size_t count : {std::size_t{1}, std::size_t{64}, std::size_t{65}, kGroup, kGroup + 1}) {
    DeadlineTree tree(count);
    tree.lower(count - 1, 10);
    EXPECT_EQ(collect(tree, 10), (std::vector<std::size_t>{count - 1})) << count;
  }
}

TEST_F(DeadlineTreeTest, VisitsAnswerIsTheNewDeadline) {
  DeadlineTree tree(100);
  tree.lower(7, 10);
  tree.collect_due(10, 0, 1, [](std::size_t) { return TimeMs{30}; });
  EXPECT_EQ(tree.earliest(0, 1), 30);
  EXPECT_TRUE(collect(tree, 29).empty());
  EXPECT_EQ(collect(tree, 30), (std::vector<std::size_t>{7}));
}

// The election does so: its step lowers the slot that is being looked at.
TEST_F(DeadlineTreeTest, LoweringInsideAVisitStands) {
  DeadlineTree tree(100);
  tree.lower(7, 10);
  tree.collect_due(10, 0, 1, [&](std::size_t slot) {
    tree.lower(slot, 40);
    tree.lower(slot + 1, 20);
    return kNever;
  });
  EXPECT_EQ(collect(tree, 20), (std::vector<std::size_t>{8}));
  EXPECT_EQ(collect(tree, 40), (std::vector<std::size_t>{7}));
}

TEST_F(DeadlineTreeTest, EachSlotHasOneHomeAmongTheWorkers) {
  constexpr std::size_t kWorkers = 3;
  DeadlineTree tree(5 * kGroup);
  std::set<std::size_t> lowered;
  for (std::size_t slot = 0; slot < 5 * kGroup; slot += 1000) {
    tree.lower(slot, 10);
    lowered.insert(slot);
  }
  std::set<std::size_t> visited;
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    EXPECT_EQ(tree.earliest(worker, kWorkers), 10);
    tree.collect_due(10, worker, kWorkers, [&](std::size_t slot) {
      EXPECT_EQ(DeadlineTree::home_of(slot, kWorkers), worker);
      EXPECT_TRUE(visited.insert(slot).second);
      return kNever;
    });
  }
  EXPECT_EQ(visited, lowered);
}

// Against a plain map of deadlines: at every step exactly what is due is visited, and the next look is never
// later than the next deadline.
TEST_F(DeadlineTreeTest, AgreesWithAMapOfDeadlinesOverRandomSteps) {
  constexpr std::size_t kSlots = 2 * kGroup + 100;
  std::mt19937 random(11);
  DeadlineTree tree(kSlots);
  std::map<std::size_t, TimeMs> deadlines;
  const auto later_than = [&](TimeMs now) { return now + 1 + static_cast<TimeMs>(random() % 300); };
  const auto lower = [&](std::size_t slot, TimeMs due) {
    tree.lower(slot, due);
    const auto [entry, is_new] = deadlines.try_emplace(slot, due);
    entry->second = std::min(entry->second, due);
  };
  TimeMs now = 0;
  for (int step = 0; step < 3000; ++step) {
    for (unsigned i = random() % 8; i > 0; --i) lower(random() % kSlots, later_than(now) - 2);
    now += static_cast<TimeMs>(random() % 20);

    std::set<std::size_t> due;
    for (const auto& [slot, deadline] : deadlines) {
      if (deadline <= now) due.insert(slot);
    }
    std::set<std::size_t> visited;
    tree.collect_due(now, 0, 1, [&](std::size_t slot) {
      visited.insert(slot);
      deadlines.erase(slot);
      if (random() % 3 == 0) return kNever;
      const TimeMs next = later_than(now);
      deadlines[slot] = next;
      return next;
    });
    ASSERT_EQ(visited, due) << "step " << step;

    const TimeMs earliest = tree.earliest(0, 1);
    ASSERT_GT(earliest, now);
    for (const auto& [slot, deadline] : deadlines) ASSERT_LE(earliest, deadline);
  }
}

}  // namespace
}  // namespace vipswitch
