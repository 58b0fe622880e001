// Readers look up while the writer changes the table: what stays is found, and a value is the key's own. The
// claim behind lookup_index.h, under real concurrency; the thread sanitizer runs it too.

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "dataplane/lookup_table.h"
#include "dataplane/rcu.h"
#include "tests/support/switch/in_process_switch.h"
#include "tests/unit/dataplane/lookup_keys.h"

namespace vipswitch {
namespace {

using BusyKey = EndpointKey<Ipv6>;
constexpr std::uint32_t kBusyCapacity = 256;
constexpr std::uint32_t kBusyKeys = testing::kBulk;  // so many may come and go, so many stay
constexpr unsigned kReaders =
    4;  // more than cores, often: one that is preempted in a search sees the most change

// Keys in one chain, so that nearly every change moves one: those that come and go are before those that stay
// and leave holes for them. A value has the key's number and how often it was set.
class BusyTable {
 public:
  BusyTable() : table_("lookup_busy", kBusyCapacity), rcu_(kReaders) {
    const auto numbers = testing::colliding_numbers<BusyKey>(kBusyCapacity, 2 * kBusyKeys);
    for (const std::uint32_t number : numbers) keys_.push_back(testing::make_lookup_key<BusyKey>(number));
    for (std::uint32_t i = 0; i < keys_.size(); ++i) set(i);
  }

  // Until `deadline`; control.
  void churn_until(std::chrono::steady_clock::time_point deadline) {
    std::minstd_rand random(4);
    while (std::chrono::steady_clock::now() < deadline) {
      std::vector<std::uint32_t> erased;
      for (unsigned change = 0; change < 100; ++change) {
        const auto going = static_cast<std::uint32_t>(random() % kBusyKeys);
        if (const auto position = table_.erase(keys_[going])) {
          erased.push_back(*position);
        } else {
          set(going);
        }
        set(kBusyKeys + static_cast<std::uint32_t>(random() % kBusyKeys));
      }
      rcu_.wait_for(rcu_.start());
      for (const std::uint32_t position : erased) table_.free_erased(position);
      changes_ += 200;
    }
    is_over_.store(true, std::memory_order_relaxed);
  }

  // A worker.
  void read(unsigned reader) {
    while (!is_over_.load(std::memory_order_relaxed)) {
      for (std::uint32_t i = 0; i < keys_.size(); ++i) check(i, table_.lookup(keys_[i]));
      for (std::uint32_t first = 0; first < keys_.size(); first += kBusyKeys) {
        std::uint64_t values[kBusyKeys];
        testing::lookup_bulk(table_, &keys_[first], kBusyKeys, values);
        for (std::uint32_t i = 0; i < kBusyKeys; ++i) check(first + i, values[i]);
      }
      rounds_.fetch_add(1, std::memory_order_relaxed);
      rcu_.quiescent(reader);
    }
    rcu_.leave(reader);
  }
  void enter(unsigned reader) { rcu_.enter(reader); }

  std::uint64_t changes() const { return changes_; }
  std::uint64_t rounds() const { return rounds_.load(); }
  std::uint64_t misses() const { return misses_.load(); }
  std::uint64_t strangers() const { return strangers_.load(); }

 private:
  void set(std::uint32_t i) { ASSERT_TRUE(table_.insert(keys_[i], (++sets_ << 16) | i)); }
  void check(std::uint32_t i, std::uint64_t value) {
    if (value == 0) {
      misses_.fetch_add(i >= kBusyKeys ? 1 : 0, std::memory_order_relaxed);
    } else {
      strangers_.fetch_add((value & 0xffff) != i ? 1 : 0, std::memory_order_relaxed);
    }
  }

  LookupTable<BusyKey> table_;
  Rcu rcu_;
  std::vector<BusyKey> keys_;
  std::uint64_t sets_ = 0;
  std::uint64_t changes_ = 0;
  std::atomic<bool> is_over_{false};
  std::atomic<std::uint64_t> rounds_{0}, misses_{0}, strangers_{0};
};

TEST(LookupTableThreadsTest, WhatStaysIsFoundAndNothingIsTakenForAnother) {
  testing::start_eal();
  BusyTable busy;
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < kReaders; ++reader) {
    busy.enter(reader);
    readers.emplace_back([&busy, reader] { busy.read(reader); });
  }
  busy.churn_until(std::chrono::steady_clock::now() + std::chrono::milliseconds(400));
  for (auto& reader : readers) reader.join();
  EXPECT_GT(busy.changes(), 0u);
  EXPECT_GT(busy.rounds(), 0u);
  EXPECT_EQ(busy.misses(), 0u);
  EXPECT_EQ(busy.strangers(), 0u);
}

}  // namespace
}  // namespace vipswitch
