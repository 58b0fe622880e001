#include "dataplane/eip_table.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "dataplane/rcu.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch {
namespace {

constexpr std::uint32_t kCapacity = 32;

Ipv4 address(std::uint32_t number) {
  return Ipv4::from_host(0xcb000000 + number);
}

EipRow<Ipv4> row(std::uint32_t number, std::uint32_t havip) {
  return {.address = address(number), .inner = {}, .vpc = VpcId(7), .target = EndpointRef(HavipId(havip))};
}

class EipTableTest : public ::testing::Test {
 protected:
  EipTableTest() {
    testing::start_eal();
    table.emplace("eip_table", kCapacity);
  }

  HavipId target(std::uint32_t number) { return table->lookup(address(number))->target.havip(); }

  std::optional<EipTable<Ipv4>> table;
};

TEST_F(EipTableTest, RowIsFoundByItsAddress) {
  EXPECT_EQ(table->lookup(address(1)), nullptr);
  EXPECT_FALSE(table->put(row(1, 100)));
  ASSERT_NE(table->lookup(address(1)), nullptr);
  EXPECT_EQ(target(1), HavipId(100));
  EXPECT_EQ(table->lookup(address(2)), nullptr);
  EXPECT_EQ(table->size(), 1u);
}

TEST_F(EipTableTest, NobodysAddressIsNoEip) {
  EXPECT_EQ(table->lookup(Ipv4()), nullptr);
  EXPECT_EQ(table->row(Ipv4(), *table->candidate(table->probe(Ipv4()))), nullptr);
}

TEST_F(EipTableTest, BulkFindsWhatLookupFinds) {
  for (std::uint32_t number = 0; number < kCapacity; ++number) table->put(row(number, number));
  for (std::uint32_t number = 0; number < 2 * kCapacity; ++number) {
    const auto* found = table->row(address(number), *table->candidate(table->probe(address(number))));
    EXPECT_EQ(found, table->lookup(address(number)));
    EXPECT_EQ(found != nullptr, number < kCapacity);
  }
}

// A worker that has the row of before goes on with it.
TEST_F(EipTableTest, ChangedRowLeavesTheOldOneUntilItIsFree) {
  table->put(row(1, 100));
  const EipRow<Ipv4>& before = *table->lookup(address(1));
  const auto replaced = table->put(row(1, 200));
  ASSERT_TRUE(replaced);
  EXPECT_EQ(target(1), HavipId(200));
  EXPECT_EQ(before.target.havip(), HavipId(100));
  EXPECT_EQ(table->size(), 1u);
  EXPECT_EQ(table->free_rows(), table->all_rows() - 2);
  table->free(*replaced);
  EXPECT_EQ(table->free_rows(), table->all_rows() - 1);
}

TEST_F(EipTableTest, FullTableHasSpareRowsToChange) {
  for (std::uint32_t number = 0; number < kCapacity; ++number) table->put(row(number, 0));
  EXPECT_EQ(table->room(), 0u);
  std::vector<std::uint32_t> replaced;
  for (; table->free_rows() != 0;) {
    const auto number = static_cast<std::uint32_t>(replaced.size());
    replaced.push_back(*table->put(row(number % kCapacity, 1 + number)));
  }
  EXPECT_EQ(replaced.size(), EipTable<Ipv4>::kLeastSpareRows);
  for (const std::uint32_t number : replaced) table->free(number);
  EXPECT_EQ(table->free_rows(), table->all_rows() - kCapacity);
  for (std::uint32_t number = 0; number < kCapacity; ++number) EXPECT_NE(target(number), HavipId(0));
}

TEST_F(EipTableTest, ErasedRowTakesRoomUntilItIsFree) {
  for (std::uint32_t number = 0; number < kCapacity; ++number) table->put(row(number, 0));
  const auto erased = table->erase(address(3));
  ASSERT_TRUE(erased);
  EXPECT_EQ(table->lookup(address(3)), nullptr);
  EXPECT_FALSE(table->erase(address(3)));
  EXPECT_EQ(table->room(), 1u);  // there are spare rows
  table->free(*erased);
  EXPECT_FALSE(table->put(row(100, 5)));
  EXPECT_EQ(target(100), HavipId(5));
}

// A reader sees one row or the other, whole, and the address never goes.
TEST_F(EipTableTest, ReadersMeetNoHalfOfAChange) {
  constexpr unsigned kReader = 0;
  Rcu rcu(1);
  table->put(row(1, 0));
  std::atomic<bool> is_over{false};
  std::atomic<unsigned> wrong{0}, rounds{0};
  rcu.enter(kReader);
  std::thread reader([&] {
    while (!is_over.load(std::memory_order_relaxed)) {
      const EipRow<Ipv4>* found = table->row(address(1), *table->candidate(table->probe(address(1))));
      const bool is_right = found != nullptr && found->inner.delta == found->target.havip().value() % 1000;
      wrong.fetch_add(is_right ? 0 : 1, std::memory_order_relaxed);
      rounds.fetch_add(1, std::memory_order_relaxed);
      rcu.quiescent(kReader);
    }
    rcu.leave(kReader);
  });
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(200);
  for (std::uint32_t change = 1; std::chrono::steady_clock::now() < deadline || rounds.load() == 0;
       ++change) {
    EipRow<Ipv4> next = row(1, change);
    next.inner.delta = static_cast<std::uint16_t>(change % 1000);
    const auto replaced = table->put(next);
    rcu.wait_for(rcu.start());
    table->free(*replaced);
  }
  is_over.store(true);
  reader.join();
  EXPECT_EQ(wrong.load(), 0u);
}

}  // namespace
}  // namespace vipswitch
