#include "dataplane/lookup_index.h"

#include <cassert>

namespace vipswitch {
namespace {

constexpr std::uint32_t kKeysOfBucket = 4;  // at capacity

}  // namespace

unsigned LookupBucket::slot_of(std::uint32_t number) const noexcept {
  unsigned slot = 0;
  while (slot < kSlots && numbers_[slot].load(std::memory_order_relaxed) != number) ++slot;
  return slot;
}

unsigned LookupBucket::used_slot() const noexcept {
  unsigned slot = 0;
  while (slot < kSlots && numbers_[slot].load(std::memory_order_relaxed) == 0) ++slot;
  return slot;
}

LookupIndex::LookupIndex(const char* name, std::uint32_t capacity) noexcept
    : hashed_count_(capacity / kKeysOfBucket + 1),
      overflow_count_(capacity / LookupBucket::kSlots + 1),  // never none
      free_overflow_(make_rte_array<std::uint32_t>(name, overflow_count_)),
      own_(make_rte_array<LookupBucket>(name, hashed_count_ + overflow_count_)),
      free_count_(overflow_count_) {
  if (!free_overflow_ || !own_) return;
  for (std::uint32_t i = 0; i < free_count_; ++i)
    free_overflow_[i] = static_cast<std::uint32_t>(hashed_count_ - 1 + free_count_ - i);
  buckets_ = own_.get();
}

std::size_t LookupIndex::bytes() const noexcept {
  if (!own_) return 0;
  return (hashed_count_ + overflow_count_) * sizeof(LookupBucket) +
         overflow_count_ * sizeof free_overflow_[0];
}

void LookupIndex::add(std::uint32_t hash, std::uint32_t number) noexcept {
  LookupBucket* last = &buckets_[place(hash)];
  while (const std::uint32_t next = last->next()) last = &buckets_[next];
  const unsigned slot = last->free_slot();
  if (slot == LookupBucket::kNoSlot) return add_overflow(*last, hash, number);
  last->set(slot, LookupBucket::tag_of(hash), number);
}

// The key is in the bucket before the bucket is in the chain.
void LookupIndex::add_overflow(LookupBucket& last, std::uint32_t hash, std::uint32_t number) noexcept {
  assert(free_count_ > 0);
  const std::uint32_t added = free_overflow_[--free_count_];
  buckets_[added].set(0, LookupBucket::tag_of(hash), number);
  last.set_next(added);
}

void LookupIndex::replace(std::uint32_t hash, std::uint32_t number, std::uint32_t by) noexcept {
  LookupBucket* bucket = &buckets_[place(hash)];
  while (bucket->slot_of(number) == LookupBucket::kNoSlot) {
    assert(bucket->next() != 0);
    bucket = &buckets_[bucket->next()];
  }
  bucket->set(bucket->slot_of(number), LookupBucket::tag_of(hash), by);
}

void LookupIndex::remove(std::uint32_t hash, std::uint32_t number) noexcept {
  LookupBucket* holder = nullptr;
  LookupBucket* before_last = nullptr;
  LookupBucket* last = &buckets_[place(hash)];
  for (;; before_last = last, last = &buckets_[last->next()]) {
    if (holder == nullptr && last->slot_of(number) != LookupBucket::kNoSlot) holder = last;
    if (last->next() == 0) break;
  }
  assert(holder != nullptr);
  if (holder == last) {
    last->clear(last->slot_of(number));
  } else {
    move_key(*last, *holder, holder->slot_of(number));
  }
  if (before_last != nullptr && last->used_slot() == LookupBucket::kNoSlot) drop_overflow_after(*before_last);
}

// Counted after the copy and before the original goes: whoever misses both sees the count change.
void LookupIndex::move_key(LookupBucket& from, LookupBucket& to, unsigned slot) noexcept {
  const unsigned moved = from.used_slot();
  to.set(slot, from.tag(moved), from.number(moved));
  count_move();
  from.clear(moved);
}

// Counted before the bucket can be of another chain: a reader may be in it.
void LookupIndex::drop_overflow_after(LookupBucket& before) noexcept {
  free_overflow_[free_count_++] = before.next();
  before.set_next(0);
  count_move();
}

}  // namespace vipswitch
