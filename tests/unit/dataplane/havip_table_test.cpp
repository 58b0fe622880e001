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
  owner::Election election;
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

}  // namespace
}  // namespace vipswitch
