#include "control/publish/reclaimer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/publish/id_allocator.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::chrono::milliseconds kShort{2}, kLong{5000};

class ReclaimerTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kReader = 0;

  void retire(int name) {
    reclaimer.retire([this, name] { freed.push_back(name); });
  }
  void retire_batch(int name) {
    retire(name);
    reclaimer.close_batch();
  }
  // Something that the worker has to handle first.
  void post() {
    Message message{};
    message.kind = Message::Kind::kSnapshot;
    message.havip = HavipId(0);
    message.snapshot = &request;
    ASSERT_TRUE(bed.worker().post(message));
  }

  RingBed bed;
  SnapshotRequest request;
  std::vector<int> freed;
  Reclaimer reclaimer{bed.host().rcu(), bed.host().workers()};
};

TEST_F(ReclaimerTest, OpenBatchIsNotFreed) {
  retire(1);
  reclaimer.poll();
  EXPECT_THAT(freed, IsEmpty());
}

TEST_F(ReclaimerTest, WithoutReadersAClosedBatchIsFreedInOrder) {
  retire(1);
  retire(2);
  reclaimer.close_batch();
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(1, 2));
}

TEST_F(ReclaimerTest, BatchWaitsForEveryMessagePostedBefore) {
  post();
  retire_batch(1);
  reclaimer.poll();
  EXPECT_THAT(freed, IsEmpty());
  bed.worker().poll();
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(1));
}

TEST_F(ReclaimerTest, MessagePostedLaterDelaysNothing) {
  retire_batch(1);
  post();
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(1));
  bed.worker().poll();
}

TEST_F(ReclaimerTest, BatchWaitsForTheReadersQuiescence) {
  bed.host().rcu().enter(kReader);
  retire_batch(1);
  reclaimer.poll();
  EXPECT_THAT(freed, IsEmpty());
  bed.host().rcu().quiescent(kReader);
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(1));
  bed.host().rcu().leave(kReader);
}

// A message may name what the batch frees: quiescence before it was handled proves nothing.
TEST_F(ReclaimerTest, GracePeriodBeginsOnceTheMessagesAreHandled) {
  bed.host().rcu().enter(kReader);
  post();
  retire_batch(1);
  reclaimer.poll();
  bed.host().rcu().quiescent(kReader);
  bed.worker().poll();
  reclaimer.poll();
  EXPECT_THAT(freed, IsEmpty());
  bed.host().rcu().quiescent(kReader);
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(1));
  bed.host().rcu().leave(kReader);
}

TEST_F(ReclaimerTest, SleepingReaderDelaysNothing) {
  bed.host().rcu().enter(kReader);
  bed.host().rcu().offline(kReader);
  retire_batch(1);
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(1));
  bed.host().rcu().online(kReader);
  bed.host().rcu().leave(kReader);
}

TEST_F(ReclaimerTest, LaterBatchIsNotFreedBeforeAnEarlierOne) {
  bed.host().rcu().enter(kReader);
  post();
  retire_batch(1);
  retire_batch(2);
  reclaimer.poll();
  bed.host().rcu().quiescent(kReader);
  reclaimer.poll();
  EXPECT_THAT(freed, IsEmpty());
  bed.worker().poll();
  for (int i = 0; i < 3; ++i) {
    reclaimer.poll();
    bed.host().rcu().quiescent(kReader);
  }
  EXPECT_THAT(freed, ElementsAre(1, 2));
  bed.host().rcu().leave(kReader);
}

TEST_F(ReclaimerTest, DrainGivesUpOnAStuckWorkerAndLosesNothing) {
  bed.host().rcu().enter(kReader);
  retire_batch(1);
  EXPECT_FALSE(reclaimer.drain(kShort));
  EXPECT_THAT(freed, IsEmpty());
  bed.host().rcu().quiescent(kReader);
  EXPECT_TRUE(reclaimer.drain(kLong));
  EXPECT_THAT(freed, ElementsAre(1));
  bed.host().rcu().leave(kReader);
}

TEST_F(ReclaimerTest, DrainOfNothingIsDoneAtOnce) {
  bed.host().rcu().enter(kReader);
  retire(1);
  EXPECT_TRUE(reclaimer.drain(kShort));
  EXPECT_THAT(freed, IsEmpty());
  bed.host().rcu().leave(kReader);
}

TEST_F(ReclaimerTest, WorkersAreAwaitedEvenIfNothingIsClosed) {
  bed.host().rcu().enter(kReader);
  EXPECT_FALSE(reclaimer.await_workers(kShort));
  bed.host().rcu().leave(kReader);
  EXPECT_TRUE(reclaimer.await_workers(kLong));
}

TEST_F(ReclaimerTest, WhatIsFreedMayRetireMore) {
  reclaimer.retire([this] { retire(2); });
  reclaimer.close_batch();
  reclaimer.poll();
  EXPECT_THAT(freed, IsEmpty());
  reclaimer.close_batch();
  reclaimer.poll();
  EXPECT_THAT(freed, ElementsAre(2));
}

TEST_F(ReclaimerTest, EndFreesEverythingThatIsLeft) {
  bed.host().rcu().enter(kReader);
  {
    Reclaimer other(bed.host().rcu(), bed.host().workers());
    other.retire([this] { freed.push_back(1); });
    other.close_batch();
    other.poll();
    other.retire([this] { freed.push_back(2); });
  }
  EXPECT_THAT(freed, ElementsAre(1, 2));
  bed.host().rcu().leave(kReader);
}

TEST(IdAllocator, GivesEachIdOnceUpToItsCapacity) {
  IdAllocator ids(3);
  EXPECT_EQ(ids.room(), 3u);
  EXPECT_EQ(ids.allocate(), 0u);
  EXPECT_EQ(ids.allocate(), 1u);
  EXPECT_EQ(ids.allocate(), 2u);
  EXPECT_EQ(ids.room(), 0u);
}

TEST(IdAllocator, FreedIdRestsAsLongAsPossible) {
  IdAllocator ids(3);
  ids.free(ids.allocate());
  EXPECT_EQ(ids.room(), 3u);
  EXPECT_EQ(ids.allocate(), 1u);
  ids.free(1);
  EXPECT_EQ(ids.allocate(), 2u);
  EXPECT_EQ(ids.allocate(), 0u);
  EXPECT_EQ(ids.allocate(), 1u);
  EXPECT_EQ(ids.room(), 0u);
}

}  // namespace
}  // namespace vipswitch::testing
