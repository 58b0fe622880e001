// Several workers lower deadlines while the home worker collects: none may be lost. The claim behind
// deadline_tree.h, under real concurrency; the thread sanitizer runs it too.

#include <atomic>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "dataplane/deadline_tree.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch {
namespace {

constexpr TimeMs kNoDeadline = DeadlineTree::kNever;

// What the elections of the slots want, as the slots' own state says; the tree must lead to all of it.
class Wishes {
 public:
  explicit Wishes(std::size_t slots) : wishes_(slots) {
    for (auto& wish : wishes_) wish.store(kNoDeadline);
  }

  void lower(std::size_t slot, TimeMs due) {
    TimeMs seen = wishes_[slot].load();
    while (due < seen && !wishes_[slot].compare_exchange_weak(seen, due)) {
    }
  }
  // Fulfils the wish if it is due. Returns what is left.
  TimeMs look(std::size_t slot, TimeMs now) {
    TimeMs wish = wishes_[slot].load();
    while (wish <= now) {
      if (wishes_[slot].compare_exchange_weak(wish, kNoDeadline)) return kNoDeadline;
    }
    return wish;
  }
  std::size_t count_open() const {
    std::size_t count = 0;
    for (const auto& wish : wishes_) count += wish.load() != kNoDeadline ? 1 : 0;
    return count;
  }

 private:
  std::vector<std::atomic<TimeMs>> wishes_;
};

// Few slots, so that the threads meet in the same cells, blocks and group all the time.
constexpr std::size_t kSlots = 130;
constexpr TimeMs kEnd = 100;

void lower_at_random(DeadlineTree& tree, Wishes& wishes, unsigned seed) {
  std::mt19937 random(seed);
  for (int i = 0; i < 400; ++i) {
    const std::size_t slot = random() % kSlots;
    const auto due = static_cast<TimeMs>(random() % kEnd);
    wishes.lower(slot, due);
    tree.lower(slot, due);
  }
}

void collect(DeadlineTree& tree, Wishes& wishes, TimeMs now) {
  tree.collect_due(now, 0, 1, [&](std::size_t slot) { return wishes.look(slot, now); });
}

TEST(DeadlineTreeThreads, NoDeadlineIsLostBetweenLoweringAndCollecting) {
  testing::start_eal();
  constexpr unsigned kRounds = 60, kThreads = 3;
  for (unsigned round = 0; round < kRounds; ++round) {
    DeadlineTree tree(kSlots);
    Wishes wishes(kSlots);
    std::atomic<unsigned> running{kThreads};
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < kThreads; ++i) {
      threads.emplace_back([&, seed = round * kThreads + i] {
        lower_at_random(tree, wishes, seed);
        running.fetch_sub(1);
      });
    }
    for (TimeMs now = 0; running.load() != 0; now = (now + 1) % kEnd) collect(tree, wishes, now);
    for (auto& thread : threads) thread.join();

    collect(tree, wishes, kEnd);
    ASSERT_EQ(wishes.count_open(), 0u) << "round " << round;
    ASSERT_EQ(tree.earliest(0, 1), kNoDeadline) << "round " << round;
  }
}

}  // namespace
}  // namespace vipswitch
