#include "control/runtime/slot_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace vipswitch {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr HavipId kOne(1), kOther(2);

void add_all(SlotHistory<int>& history, HavipId slot, int first, int last) {
  for (int i = first; i <= last; ++i) history.add(slot, i);
}

TEST(SlotHistory, FullSlotDropsItsOldest) {
  SlotHistory<int> history(3, 100);
  add_all(history, kOne, 1, 5);
  EXPECT_THAT(history.of(kOne, 10), ElementsAre(3, 4, 5));
  EXPECT_THAT(history.of(kOne, 2), ElementsAre(4, 5));
  EXPECT_EQ(*history.last(kOne), 5);
  EXPECT_EQ(*history.last(kOne, 2), 3);
  EXPECT_EQ(history.last(kOne, 3), nullptr);
}

TEST(SlotHistory, SlotWithoutEntriesIsEmpty) {
  SlotHistory<int> history(3, 100);
  EXPECT_THAT(history.of(kOne, 10), IsEmpty());
  EXPECT_EQ(history.last(kOne), nullptr);
}

TEST(SlotHistory, EntryCanBeChangedInPlace) {
  SlotHistory<int> history(3, 100);
  add_all(history, kOne, 1, 4);
  *history.last(kOne, 1) = 30;
  EXPECT_THAT(history.of(kOne, 10), ElementsAre(2, 30, 4));
}

TEST(SlotHistory, BeyondTheTotalASlotKeepsItsShare) {
  SlotHistory<int> history(100, 40);
  add_all(history, kOne, 1, 30);
  add_all(history, kOther, 1, 30);
  EXPECT_EQ(history.size(), 50u);  // kOther came to the total of 40 and to 20, its half
  add_all(history, kOne, 31, 31);
  EXPECT_EQ(history.size(), 40u);
  EXPECT_EQ(history.of(kOne, 100).front(), 12);
  EXPECT_EQ(history.of(kOne, 100).back(), 31);
}

TEST(SlotHistory, ShareIsNeverLessThanAFew) {
  SlotHistory<int> history(100, 10);
  for (unsigned slot = 1; slot <= 20; ++slot) add_all(history, HavipId(slot), 1, 20);
  EXPECT_EQ(history.of(HavipId(20), 100).size(), SlotHistory<int>::kFewest);
}

TEST(SlotHistory, ForgottenSlotsNoLongerCount) {
  SlotHistory<int> history(100, 1000);
  add_all(history, kOne, 1, 30);
  add_all(history, kOther, 1, 5);
  history.keep_only(std::set{kOther});
  EXPECT_THAT(history.of(kOne, 100), IsEmpty());
  EXPECT_EQ(history.size(), 5u);
}

}  // namespace
}  // namespace vipswitch
