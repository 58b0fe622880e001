#include "dataplane/havip_table.h"

#include <gtest/gtest.h>

#include "tests/support/switch/in_process_switch.h"

namespace vipswitch {
namespace {

class HavipTableTest : public ::testing::Test {
 protected:
  HavipTableTest() { testing::start_eal(); }
};

TEST_F(HavipTableTest, OpeningASlotForgetsItsFormerTenant) {
  HavipTable table(8);
  const HavipId slot(3);
  table.owner(slot).store(OwnerWord::local(PortId(9), 5).raw());
  table.cold(slot).sequence = 5;
  table.cold(slot).owner_since_ms.store(1234);
  table.cold(slot).state.store(OwnerState::kOwnedVrrp);
  table.cold(slot).suspect_from_ms.store(1);
  table.warm(slot).delivered_to_old.store(2);
  HavipRow row;
  row.id = slot;
  owner::StandaloneElection election;
  election.bind(PortId(1), owner::LinkState::kUp, 0);
  table.open(slot, &row, election);
  EXPECT_EQ(table.owner_word(slot), OwnerWord::nobody(OwnerLocation::kUnknown, 0));
  EXPECT_EQ(table.warm(slot).row.load(), &row);
  EXPECT_EQ(table.cold(slot).sequence, 0u);
  EXPECT_EQ(table.cold(slot).owner_since_ms.load(), -1);
  EXPECT_EQ(table.cold(slot).state_at(2), OwnerState::kUnknown);
  EXPECT_EQ(table.warm(slot).delivered_to_old.load(), 0u);
  EXPECT_EQ(table.cold(slot).election.member_count(), 1u);
  EXPECT_EQ(rte_spinlock_is_locked(&table.cold(slot).lock), 0);
}

TEST_F(HavipTableTest, RoomForMoreThanTwoLastsUntilTheSlotIsClosed) {
  HavipTable table(8);
  const HavipId slot(3);
  HavipRow row;
  const std::size_t before = table.bytes();
  owner::StandaloneElection election;
  for (std::uint32_t port = 1; port <= 2; ++port) election.bind(PortId(port), owner::LinkState::kUp, 0);
  table.open(slot, &row, election);
  EXPECT_EQ(table.room_for(slot, 2), nullptr);
  EXPECT_EQ(table.bytes(), before);
  owner::Members::Room* const room = table.room_for(slot, 3);
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(table.room_for(slot, 2), room);
  EXPECT_EQ(table.bytes(), before + sizeof *room);
  table.close(slot);
  EXPECT_EQ(table.bytes(), before);
  EXPECT_EQ(table.cold(slot).election.member_count(), 0u);
}

TEST_F(HavipTableTest, OpeningWithMoreThanTwoMembersHasRoomForThem) {
  HavipTable table(8);
  HavipRow row;
  owner::StandaloneElection election;
  for (std::uint32_t port = 1; port <= 3; ++port) election.bind(PortId(port), owner::LinkState::kUp, 0);
  table.open(HavipId(0), &row, election);
  ASSERT_EQ(table.cold(HavipId(0)).election.member_count(), 3u);
  EXPECT_EQ(table.cold(HavipId(0)).election.member(2, 0).port, PortId(3));
}

TEST_F(HavipTableTest, NoticeIsOfATenthOfASecond) {
  NoticeTime time;
  EXPECT_EQ(time.last_ms(), -1);
  EXPECT_TRUE(time.advance(-1, 0));
  EXPECT_EQ(time.last_ms(), 0);
  EXPECT_FALSE(time.advance(-1, 5'000)) << "another worker was faster";
  EXPECT_TRUE(time.advance(0, 5'099));
  EXPECT_EQ(time.last_ms(), 5'000);
  time.clear();
  EXPECT_EQ(time.last_ms(), -1);
}

}  // namespace
}  // namespace vipswitch
