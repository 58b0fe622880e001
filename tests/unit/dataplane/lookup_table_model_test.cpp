// Tables under random changes hold what std::unordered_map holds, for keys of each type; and whatever keys
// fall into one bucket, there is room for as many as the capacity says.

#include <algorithm>
#include <deque>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dataplane/lookup_table.h"
#include "tests/support/switch/in_process_switch.h"
#include "tests/unit/dataplane/lookup_keys.h"

namespace vipswitch {
namespace {

using testing::colliding_numbers;
using testing::kBulk;
using testing::key_of_the_same_hash;
using testing::make_lookup_key;

// A table and what should be in it, by the numbers of the keys.
template <class Key>
class ModelledTable {
 public:
  explicit ModelledTable(std::uint32_t capacity) : table_("lookup_model", capacity) {}

  void insert(std::uint32_t number, std::uint64_t value) {
    const bool fits = expected_.contains(number) || expected_.size() + erased_.size() < table_.capacity();
    ASSERT_EQ(table_.insert(make_lookup_key<Key>(number), value), fits) << number;
    if (fits) expected_[number] = value;
  }
  void erase(std::uint32_t number) {
    const auto position = table_.erase(make_lookup_key<Key>(number));
    ASSERT_EQ(position.has_value(), expected_.erase(number) == 1) << number;
    if (position) erased_.push_back(*position);
  }
  // Those that were erased first, until `left` are.
  void free_erased(std::size_t left) {
    for (; erased_.size() > left; erased_.pop_front()) table_.free_erased(erased_.front());
  }

  std::uint64_t expected(std::uint32_t number) const {
    const auto found = expected_.find(number);
    return found == expected_.end() ? 0 : found->second;
  }
  void verify(std::uint32_t number) const {
    ASSERT_EQ(table_.lookup(make_lookup_key<Key>(number)), expected(number)) << number;
  }
  void verify_counts() const {
    ASSERT_EQ(table_.size(), expected_.size());
    ASSERT_EQ(table_.room(), table_.capacity() - expected_.size() - erased_.size());
  }
  // The keys below `end`, in bulk, of this table or of another that should have the same.
  void verify_bulk(std::uint32_t end, const LookupTable<Key>& table) const {
    for (std::uint32_t first = 0; first < end; first += kBulk) {
      const unsigned count = std::min(kBulk, end - first);
      std::vector<Key> keys;
      for (unsigned i = 0; i < count; ++i) keys.push_back(make_lookup_key<Key>(first + i));
      std::array<std::uint64_t, kBulk> values{};
      testing::lookup_bulk(table, keys.data(), count, values.data());
      for (unsigned i = 0; i < count; ++i) ASSERT_EQ(values[i], expected(first + i)) << first + i;
    }
  }

  LookupTable<Key>& table() { return table_; }

 private:
  LookupTable<Key> table_;
  std::unordered_map<std::uint32_t, std::uint64_t> expected_;
  std::deque<std::uint32_t> erased_;
};

template <class Key>
class LookupTableModelTest : public ::testing::Test {
 protected:
  LookupTableModelTest() { testing::start_eal(); }
};

using LookupKeys = ::testing::Types<Ipv4, EndpointKey<Ipv4>, MacKey, Ipv6, EndpointKey<Ipv6>>;
TYPED_TEST_SUITE(LookupTableModelTest, LookupKeys);

TYPED_TEST(LookupTableModelTest, RandomChangesLeaveWhatAMapHolds) {
  constexpr std::uint32_t kCapacity = 300, kNumbers = 400, kChanges = 30'000;
  ModelledTable<TypeParam> modelled(kCapacity);
  ASSERT_TRUE(modelled.table().is_valid());
  std::minstd_rand random(1);
  for (std::uint32_t change = 0; change < kChanges; ++change) {
    const auto number = static_cast<std::uint32_t>(random() % kNumbers);
    if (random() % 5 < 3) {
      modelled.insert(number, change + 1);
    } else {
      modelled.erase(number);
    }
    modelled.free_erased(20);
    modelled.verify(number);
    modelled.verify(static_cast<std::uint32_t>(random() % kNumbers));
    if (change % 500 == 0) modelled.verify_bulk(kNumbers, modelled.table());
    modelled.verify_counts();
    if (this->HasFatalFailure()) return;
  }
}

TYPED_TEST(LookupTableModelTest, CapacityHoldsForKeysOfOneBucket) {
  constexpr std::uint32_t kCapacity = 300;
  auto numbers = colliding_numbers<TypeParam>(kCapacity, kCapacity + 1);
  const std::uint32_t beyond = numbers.back();
  numbers.pop_back();
  ModelledTable<TypeParam> modelled(kCapacity);
  std::minstd_rand random(2);
  for (int round = 0; round < 3; ++round) {
    for (const std::uint32_t number : numbers) modelled.insert(number, number + 1);
    modelled.insert(beyond, 1);
    for (const std::uint32_t number : numbers) modelled.verify(number);
    std::shuffle(numbers.begin(), numbers.end(), random);
    for (const std::uint32_t erased : numbers) {
      modelled.erase(erased);
      for (const std::uint32_t number : numbers) modelled.verify(number);
      if (this->HasFatalFailure()) return;
    }
    modelled.free_erased(0);
    modelled.verify_counts();
  }
}

TYPED_TEST(LookupTableModelTest, ChurnAtNineTenthsNeverLosesRoom) {
  constexpr std::uint32_t kCapacity = 1000, kFull = 900, kChanges = 200'000;
  ModelledTable<TypeParam> modelled(kCapacity);
  std::minstd_rand random(3);
  std::vector<std::uint32_t> numbers;
  std::uint32_t next = 0;
  for (; next < kFull; ++next) {
    modelled.insert(next, next + 1);
    numbers.push_back(next);
  }
  for (std::uint32_t change = 0; change < kChanges; ++change) {
    std::uint32_t& number = numbers[random() % numbers.size()];
    modelled.erase(number);
    number = next++;
    modelled.insert(number, number + 1);
    modelled.free_erased(random() % 99);
    if (this->HasFatalFailure()) return;
  }
  for (const std::uint32_t number : numbers) modelled.verify(number);
  modelled.free_erased(0);
  for (; modelled.table().room() != 0; ++next) modelled.insert(next, next + 1);
  modelled.insert(next, 1);  // refused
  EXPECT_EQ(modelled.table().size(), kCapacity);
}

TYPED_TEST(LookupTableModelTest, OverflowServesOneBucketAfterAnother) {
  constexpr std::uint32_t kCapacity = 64, kRounds = 200, kStride = 1000;
  ModelledTable<TypeParam> modelled(kCapacity);
  for (std::uint32_t round = 0; round < kRounds; ++round) {
    for (std::uint32_t i = 0; i < kCapacity; ++i) modelled.insert(round * kStride + i, 1);
    for (std::uint32_t i = 0; i < kCapacity; ++i) modelled.erase(round * kStride + i);
    modelled.free_erased(0);
    if (this->HasFatalFailure()) return;
  }
  const auto numbers = colliding_numbers<TypeParam>(kCapacity, kCapacity);
  for (const std::uint32_t number : numbers) modelled.insert(number, 5);
  for (const std::uint32_t number : numbers) modelled.verify(number);
}

TYPED_TEST(LookupTableModelTest, DryRunReadsTheSame) {
  constexpr std::uint32_t kCapacity = 100;
  ModelledTable<TypeParam> modelled(kCapacity);
  for (std::uint32_t number = 0; number < kCapacity; ++number) modelled.insert(number, number + 1);
  modelled.erase(3);
  const LookupTable<TypeParam> dry(modelled.table(), DryRun{});
  EXPECT_TRUE(dry.is_valid());
  EXPECT_EQ(dry.capacity(), kCapacity);
  EXPECT_EQ(dry.bytes(), 0u);
  EXPECT_EQ(dry.lookup(make_lookup_key<TypeParam>(3)), 0u);
  EXPECT_EQ(dry.lookup(make_lookup_key<TypeParam>(4)), 5u);
  modelled.verify_bulk(2 * kCapacity, dry);
}

// What DPDK's allocator has given out on this socket.
std::size_t allocated_bytes() {
  rte_malloc_socket_stats stats{};
  EXPECT_EQ(rte_malloc_get_socket_stats(static_cast<int>(rte_socket_id()), &stats), 0);
  return stats.heap_allocsz_bytes;
}

class LookupHashTest : public ::testing::Test {
 protected:
  LookupHashTest() { testing::start_eal(); }
};

TEST_F(LookupHashTest, KeysOfOneHashAreToldApart) {
  constexpr std::uint32_t kCapacity = 100;
  LookupTable<EndpointKey<Ipv4>> table("lookup_hash", kCapacity);
  for (std::uint32_t i = 0; i < kCapacity; ++i) {
    ASSERT_EQ(hash_key(key_of_the_same_hash(i)), hash_key(key_of_the_same_hash(0)));
    ASSERT_TRUE(table.insert(key_of_the_same_hash(i), i + 1));
  }
  for (std::uint32_t i = 0; i < kCapacity; ++i) EXPECT_EQ(table.lookup(key_of_the_same_hash(i)), i + 1);
  EXPECT_EQ(table.lookup(key_of_the_same_hash(kCapacity)), 0u);
  for (std::uint32_t i = 0; i < kCapacity; i += 2) EXPECT_TRUE(table.erase(key_of_the_same_hash(i)));
  for (std::uint32_t i = 0; i < kCapacity; ++i)
    EXPECT_EQ(table.lookup(key_of_the_same_hash(i)), i % 2 == 0 ? 0 : i + 1);
}

// Of two keys with one tag in one bucket each has its own value, and one that is not there has none.
TEST_F(LookupHashTest, KeysThatShareATagAreToldApart) {
  constexpr std::uint32_t kCapacity = 8;
  const LookupIndex index("lookup_tag", kCapacity);
  const auto place_of = [&index](const Ipv4& key) {
    const std::uint32_t hash = hash_key(key);
    return std::pair(&index.bucket(hash), LookupBucket::tag_of(hash));
  };
  std::vector<Ipv4> keys{Ipv4::from_host(0)};
  for (std::uint32_t number = 1; keys.size() < 3; ++number) {
    const Ipv4 key = Ipv4::from_host(number);
    if (place_of(key) == place_of(keys[0])) keys.push_back(key);
  }
  LookupTable<Ipv4> table("lookup_shared_tag", kCapacity);
  ASSERT_TRUE(table.insert(keys[0], 10));
  ASSERT_TRUE(table.insert(keys[1], 11));
  std::uint64_t values[3];
  testing::lookup_bulk(table, keys.data(), 3, values);
  EXPECT_THAT(values, ::testing::ElementsAre(10, 11, 0));
  ASSERT_TRUE(table.erase(keys[0]));
  EXPECT_EQ(table.lookup(keys[0]), 0u);
  EXPECT_EQ(table.lookup(keys[1]), 11u);
}

// Keys that differ regularly must neither crowd in few buckets nor share tags there. By chance 12 of 4,096
// keys are in overflow, and one in 33,000 meets its tag.
TEST_F(LookupHashTest, RegularKeysSpreadOverTheBuckets) {
  constexpr std::uint32_t kCapacity = 4096;
  for (const std::uint32_t stride : {1u, 4u, 256u, 65536u}) {
    const LookupIndex index("lookup_spread", kCapacity);
    std::map<const LookupBucket*, std::multiset<LookupBucket::Tag>> tags;
    std::uint32_t beyond = 0, met = 0;
    for (std::uint32_t i = 0; i < kCapacity; ++i) {
      const std::uint32_t hash = hash_key(Ipv4::from_host(0x0a000000 + i * stride));
      auto& of_bucket = tags[&index.bucket(hash)];
      met += of_bucket.contains(LookupBucket::tag_of(hash)) ? 1 : 0;
      of_bucket.insert(LookupBucket::tag_of(hash));
      beyond += of_bucket.size() > LookupBucket::kSlots ? 1 : 0;
    }
    EXPECT_LT(beyond, kCapacity / 100) << stride;
    EXPECT_LT(met, kCapacity / 400) << stride;
  }
}

// But for the headers of the allocator.
TEST_F(LookupHashTest, TableTakesTheMemoryThatItSays) {
  const std::size_t before = allocated_bytes();
  const LookupTable<MacKey> table("lookup_bytes", 10'000);
  const std::size_t taken = allocated_bytes() - before;
  EXPECT_GE(taken, table.bytes());
  EXPECT_LE(taken, table.bytes() + 1000);
}

}  // namespace
}  // namespace vipswitch
