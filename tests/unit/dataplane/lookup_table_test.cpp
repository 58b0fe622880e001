#include "dataplane/lookup_table.h"

#include <array>
#include <atomic>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <vector>

#include "dataplane/rcu.h"
#include "dataplane/tables.h"
#include "tests/support/switch/in_process_switch.h"
#include "tests/unit/dataplane/lookup_keys.h"

namespace vipswitch {
namespace {

using Table = LookupTable<Ipv4>;

Ipv4 key(std::uint32_t number) {
  return Ipv4::from_host(number);
}

class LookupTableTest : public ::testing::Test {
 protected:
  LookupTableTest() { testing::start_eal(); }

  static std::string unique_name() {
    static std::atomic<unsigned> next{0};
    return "lookup_test" + std::to_string(next++);
  }

  void erase_and_free(Table& table, std::uint32_t number) {
    const auto position = table.erase(key(number));
    ASSERT_TRUE(position);
    table.free_erased(*position);
  }
};

TEST_F(LookupTableTest, KeyIsFoundOnceInserted) {
  Table table(unique_name().c_str(), 16);
  ASSERT_TRUE(table.is_valid());
  EXPECT_EQ(table.lookup(key(1)), 0u);
  EXPECT_TRUE(table.insert(key(1), 100));
  EXPECT_EQ(table.lookup(key(1)), 100u);
  EXPECT_EQ(table.size(), 1u);
}

TEST_F(LookupTableTest, ValuesKeepAll64Bits) {
  Table table(unique_name().c_str(), 16);
  EXPECT_TRUE(table.insert(key(1), ~std::uint64_t{0}));
  EXPECT_EQ(table.lookup(key(1)), ~std::uint64_t{0});
}

TEST_F(LookupTableTest, InsertReplacesWithoutTakingRoom) {
  Table table(unique_name().c_str(), 16);
  table.insert(key(1), 100);
  EXPECT_TRUE(table.insert(key(1), 200));
  EXPECT_EQ(table.lookup(key(1)), 200u);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(table.room(), 15u);
}

TEST_F(LookupTableTest, ErasedKeyIsGoneButItsPlaceIsTaken) {
  Table table(unique_name().c_str(), 16);
  table.insert(key(1), 100);
  const auto position = table.erase(key(1));
  ASSERT_TRUE(position);
  EXPECT_EQ(table.lookup(key(1)), 0u);
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.room(), 15u);
  table.free_erased(*position);
  EXPECT_EQ(table.room(), 16u);
}

TEST_F(LookupTableTest, ErasingWhatIsNotThereSaysSo) {
  Table table(unique_name().c_str(), 16);
  EXPECT_FALSE(table.erase(key(1)));
  EXPECT_EQ(table.room(), 16u);
}

TEST_F(LookupTableTest, KeyCanComeBackBeforeItsOldPlaceIsFree) {
  Table table(unique_name().c_str(), 16);
  table.insert(key(1), 100);
  const auto position = table.erase(key(1));
  ASSERT_TRUE(position);
  EXPECT_TRUE(table.insert(key(1), 200));
  table.free_erased(*position);
  EXPECT_EQ(table.lookup(key(1)), 200u);
  EXPECT_EQ(table.room(), 15u);
}

TEST_F(LookupTableTest, HoldsItsWholeCapacityAndRefusesTheNext) {
  for (const std::uint32_t capacity : {1u, 7u, 8u, 1000u}) {
    Table table(unique_name().c_str(), capacity);
    for (std::uint32_t i = 0; i < capacity; ++i) ASSERT_TRUE(table.insert(key(i), i + 1)) << i;
    EXPECT_EQ(table.room(), 0u);
    EXPECT_FALSE(table.insert(key(capacity), 1));
    EXPECT_EQ(table.lookup(key(capacity)), 0u);
    for (std::uint32_t i = 0; i < capacity; ++i) ASSERT_EQ(table.lookup(key(i)), i + 1);
  }
}

TEST_F(LookupTableTest, FullTableStillReplaces) {
  Table table(unique_name().c_str(), 2);
  table.insert(key(1), 100);
  table.insert(key(2), 200);
  EXPECT_TRUE(table.insert(key(1), 101));
  EXPECT_EQ(table.lookup(key(1)), 101u);
}

TEST_F(LookupTableTest, CapacityIsThereAgainAfterManyRoundsOfChurn) {
  constexpr std::uint32_t kCapacity = 500;
  Table table(unique_name().c_str(), kCapacity);
  for (std::uint32_t round = 0; round < 20; ++round) {
    const std::uint32_t first = round * kCapacity;
    for (std::uint32_t i = 0; i < kCapacity; ++i) ASSERT_TRUE(table.insert(key(first + i), 1)) << round;
    for (std::uint32_t i = 0; i < kCapacity; ++i) erase_and_free(table, first + i);
  }
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(table.room(), kCapacity);
}

TEST_F(LookupTableTest, BulkFindsWhatIsThereAndNothingElse) {
  Table table(unique_name().c_str(), 128);
  std::array<Ipv4, testing::kBulk> keys;
  std::array<std::uint64_t, testing::kBulk> values;
  for (std::uint32_t i = 0; i < keys.size(); ++i) {
    keys[i] = key(i);
    if (i % 3 == 0) table.insert(keys[i], i + 1000);
  }
  values.fill(77);
  testing::lookup_bulk(table, keys.data(), testing::kBulk, values.data());
  for (std::uint32_t i = 0; i < keys.size(); ++i) EXPECT_EQ(values[i], i % 3 == 0 ? i + 1000 : 0) << i;
}

TEST_F(LookupTableTest, BulkOfOneLeavesTheRestAlone) {
  Table table(unique_name().c_str(), 16);
  table.insert(key(1), 100);
  const Ipv4 wanted = key(1);
  std::array<std::uint64_t, 2> values{7, 7};
  testing::lookup_bulk(table, &wanted, 1, values.data());
  EXPECT_EQ(values, (std::array<std::uint64_t, 2>{100, 7}));
}

TEST_F(LookupTableTest, KeysThatDifferInOneFieldAreTwo) {
  LookupTable<MacKey> table(unique_name().c_str(), 16);
  const Mac mac(2, 0, 0, 0, 0, 1);
  table.insert(MacKey(SubnetId(1), mac), 1);
  EXPECT_EQ(table.lookup(MacKey(SubnetId(2), mac)), 0u);
  EXPECT_EQ(table.lookup(MacKey(SubnetId(1), Mac(2, 0, 0, 0, 0, 2))), 0u);
}

// A reader that reports quiescence never misses a key that stays, whatever the writer moves around it.
TEST_F(LookupTableTest, ReaderNeverMissesAKeyThatStaysWhileOthersComeAndGo) {
  constexpr std::uint32_t kStay = 50, kChurn = 200, kRounds = 30;
  Table table(unique_name().c_str(), kStay + 2 * kChurn);
  Rcu rcu(1);
  for (std::uint32_t i = 0; i < kStay; ++i) table.insert(key(i), i + 1);
  std::atomic<bool> is_running{true};
  std::atomic<unsigned> misses{0};
  rcu.enter(0);
  std::thread reader([&] {
    while (is_running.load(std::memory_order_relaxed)) {
      for (std::uint32_t i = 0; i < kStay; ++i) misses += table.lookup(key(i)) == i + 1 ? 0 : 1;
      rcu.quiescent(0);
    }
    rcu.leave(0);
  });
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    std::vector<std::int32_t> positions;
    for (std::uint32_t i = 0; i < kChurn; ++i) table.insert(key(1000 + i), 1);
    for (std::uint32_t i = 0; i < kChurn; ++i) positions.push_back(table.erase(key(1000 + i)).value_or(-1));
    rcu.wait_for(rcu.start());
    for (const std::int32_t position : positions) table.free_erased(position);
  }
  is_running.store(false, std::memory_order_relaxed);
  reader.join();
  EXPECT_EQ(misses.load(), 0u);
  EXPECT_EQ(table.room(), 2 * kChurn);
}

}  // namespace
}  // namespace vipswitch
