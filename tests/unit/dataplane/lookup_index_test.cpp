// The promises of lookup_index.h that its readers live on, without keys.

#include "dataplane/lookup_index.h"

#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <random>
#include <vector>

#include "tests/support/switch/in_process_switch.h"

namespace vipswitch {
namespace {

constexpr std::uint32_t kHash = 12345;

struct Place {
  const LookupBucket* bucket;
  unsigned slot;
  bool operator==(const Place&) const = default;
};

class LookupIndexTest : public ::testing::Test {
 protected:
  static constexpr std::uint32_t kCapacity = 100;

  LookupIndexTest() {
    testing::start_eal();
    index_.emplace("lookup_index", kCapacity);
  }

  std::vector<const LookupBucket*> chain() const {
    std::vector<const LookupBucket*> buckets;
    for (const auto* bucket = &index_->bucket(kHash); bucket != nullptr; bucket = index_->next(*bucket))
      buckets.push_back(bucket);
    return buckets;
  }
  std::map<std::uint32_t, Place> places() const {
    std::map<std::uint32_t, Place> found;
    for (const LookupBucket* bucket : chain()) {
      for (unsigned slot = 0; slot < LookupBucket::kSlots; ++slot)
        if (const std::uint32_t number = bucket->number(slot); number != 0) found[number] = {bucket, slot};
    }
    return found;
  }
  void add_all() {
    for (std::uint32_t number = 1; number <= kCapacity; ++number) index_->add(kHash, number);
  }

  std::optional<LookupIndex> index_;
};

TEST_F(LookupIndexTest, AddingMovesNothing) {
  const std::uint64_t before = index_->moves();
  add_all();
  EXPECT_FALSE(index_->has_moved_since(before));
  EXPECT_EQ(places().size(), kCapacity);
}

TEST_F(LookupIndexTest, OnlyTheLastBucketHasFreeSlots) {
  add_all();
  std::minstd_rand random(5);
  while (!places().empty()) {
    index_->remove(kHash, std::next(places().begin(), static_cast<long>(random() % places().size()))->first);
    const auto buckets = chain();
    for (std::size_t i = 0; i + 1 < buckets.size(); ++i)
      ASSERT_EQ(buckets[i]->free_slot(), LookupBucket::kNoSlot);
    ASSERT_TRUE(buckets.size() == 1 || buckets.back()->used_slot() != LookupBucket::kNoSlot);
  }
}

TEST_F(LookupIndexTest, RemovingCountsWhatMovesAndBucketsThatGo) {
  add_all();
  std::minstd_rand random(6);
  for (std::uint32_t left = kCapacity; left > 0; --left) {
    auto before = places();
    const auto buckets = chain();
    const std::uint64_t moves = index_->moves();
    const std::uint32_t gone = std::next(before.begin(), static_cast<long>(random() % left))->first;
    index_->remove(kHash, gone);
    before.erase(gone);
    const bool has_changed = places() != before || chain() != buckets;
    ASSERT_EQ(index_->has_moved_since(moves), has_changed);
    ASSERT_EQ(places().size(), left - 1);
  }
}

TEST_F(LookupIndexTest, TagFindsTheFirstSlotThatHasIt) {
  index_->add(kHash, 7);
  index_->add(kHash, 8);
  EXPECT_EQ(index_->bucket(kHash).first_match(LookupBucket::tag_of(kHash)), 7u);
  EXPECT_EQ(index_->bucket(kHash).match(LookupBucket::tag_of(kHash)), 0b11u);
  EXPECT_EQ(index_->bucket(kHash).first_match(LookupBucket::tag_of(kHash + 1)), 0u);
}

TEST_F(LookupIndexTest, ChainIsNoMatchForItsOwnNextBucket) {
  add_all();
  const std::uint32_t next = index_->bucket(kHash).next();
  ASSERT_NE(next, 0u);
  EXPECT_EQ(index_->bucket(kHash).match(LookupBucket::tag_of(next)), 0u);
  EXPECT_EQ(index_->bucket(kHash).first_match(LookupBucket::tag_of(next)), 0u);
}

}  // namespace
}  // namespace vipswitch
