#pragma once

// A hash table from padding-free keys to non-zero 64-bit values, with lock-free readers.
//
// One writer (control). Any number of reading workers, which report quiescence once a poll. erase() hides the
// key at once but its place is taken again only after free_erased(), which control calls after a grace
// period. Capacity is guaranteed, wherever the hashes of the keys fall.
//
// The hash, CRC-32C, leads to a bucket of a LookupIndex (lookup_index.h), one cache line, and that to the
// entry: two lines a key, which a bulk lookup prefetches for all its keys. Cost of a key in bulk: 43 to 54
// instructions, by its length; 6 TSC cycles among a thousand, 7 among 64k, 20 among a million in hugepages.
// One that is not there costs a call more.

#include <atomic>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <nmmintrin.h>
#include <optional>
#include <rte_prefetch.h>
#include <type_traits>

#include "dataplane/dpdk_handle.h"
#include "dataplane/dry_run.h"
#include "dataplane/lookup_index.h"

namespace vipswitch {

// What is compared and hashed at once; a key is some of the first and perhaps one of the second.
template <class Word>
Word load_word(const void* key, std::size_t offset) noexcept {
  Word word;
  std::memcpy(&word, static_cast<const unsigned char*>(key) + offset, sizeof word);
  return word;
}

// CRC-32C of a key.
template <class Key>
std::uint32_t hash_key(const Key& key) noexcept {
  static_assert(std::has_unique_object_representations_v<Key>, "padding would be hashed");
  static_assert(sizeof(Key) % 4 == 0);
  constexpr std::size_t kWhole = sizeof(Key) / 8 * 8;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < kWhole; i += 8) hash = _mm_crc32_u64(hash, load_word<std::uint64_t>(&key, i));
  if constexpr (kWhole == sizeof(Key)) return static_cast<std::uint32_t>(hash);
  return _mm_crc32_u32(static_cast<std::uint32_t>(hash), load_word<std::uint32_t>(&key, kWhole));
}

template <class Key>
bool is_same_key(const Key& a, const Key& b) noexcept {
  constexpr std::size_t kWhole = sizeof(Key) / 8 * 8;
  std::uint64_t difference = 0;
  for (std::size_t i = 0; i < kWhole; i += 8)
    difference |= load_word<std::uint64_t>(&a, i) ^ load_word<std::uint64_t>(&b, i);
  if constexpr (kWhole != sizeof(Key))
    difference |= load_word<std::uint32_t>(&a, kWhole) ^ load_word<std::uint32_t>(&b, kWhole);
  return difference == 0;
}

template <class Key>
class LookupTable {
 public:
  static constexpr unsigned kBulk = 64;

  // Fails (is_valid() is false) when memory is short. capacity < 2^31.
  LookupTable(const char* name, std::uint32_t capacity) noexcept
      : index_(name, capacity),
        own_(make_rte_array<Entry>(name, std::size_t{capacity} + 1)),
        entries_(own_.get()),
        capacity_(capacity) {}
  // The same entries, for reading alone and by control, as long as `running` lives.
  LookupTable(const LookupTable& running, DryRun dry) noexcept
      : index_(running.index_, dry), entries_(running.entries_), capacity_(running.capacity_) {}

  bool is_valid() const noexcept { return index_.is_valid() && entries_ != nullptr; }
  std::uint32_t capacity() const noexcept { return capacity_; }
  std::uint32_t size() const noexcept { return size_; }
  // Memory that it takes, all of it from the start.
  std::size_t bytes() const noexcept {
    return own_ ? index_.bytes() + (std::size_t{capacity_} + 1) * sizeof(Entry) : 0;
  }
  // Erased keys whose place is not free yet count too.
  std::uint32_t room() const noexcept { return capacity_ - size_ - erased_; }

  // Workers. 0: not found.
  std::uint64_t lookup(const Key& key) const noexcept {
    const std::uint32_t hash = hash_key(key);
    return value_of(key, entries_[index_.bucket(hash).first_match(hash)]);
  }

  // Workers. count <= kBulk; values[i] is 0 where keys[i] is not found.
  void lookup_bulk(const Key* keys, unsigned count, std::uint64_t* values) const noexcept {
    std::uint32_t hashes[kBulk];
    const LookupBucket* buckets[kBulk];
    const Entry* candidates[kBulk];
    const Entry* const entries = entries_;  // which the loads would make the compiler read again and again
    // Two keys a turn: the turns themselves are a fifth of the instructions.
#pragma GCC unroll 2
    for (unsigned i = 0; i < count; ++i) {
      hashes[i] = hash_key(keys[i]);
      buckets[i] = &index_.bucket(hashes[i]);
      rte_prefetch0(buckets[i]);
    }
#pragma GCC unroll 2
    for (unsigned i = 0; i < count; ++i) {
      candidates[i] = &entries[buckets[i]->first_match(hashes[i])];
      rte_prefetch0(candidates[i]);
    }
#pragma GCC unroll 2
    for (unsigned i = 0; i < count; ++i) values[i] = value_of(keys[i], *candidates[i]);
  }

  // Control. Adds the key or replaces its value in one step; false if the table is full.
  bool insert(const Key& key, std::uint64_t value) noexcept {
    assert(value != 0);
    const std::uint32_t hash = hash_key(key);
    if (const std::uint32_t number = search(key, hash); number != 0) {
      // Release: pairs with value_of().
      entries_[number].value.store(value, std::memory_order_release);
      return true;
    }
    if (room() == 0) return false;
    const std::uint32_t number = take_entry();
    entries_[number].key = key;
    entries_[number].value.store(value, std::memory_order_relaxed);  // add() releases it
    index_.add(hash, number);
    ++size_;
    return true;
  }

  // Control. What free_erased() needs after a grace period; nothing if the key was not there.
  std::optional<std::int32_t> erase(const Key& key) noexcept {
    const std::uint32_t hash = hash_key(key);
    const std::uint32_t number = search(key, hash);
    if (number == 0) return std::nullopt;
    index_.remove(hash, number);
    --size_;
    ++erased_;
    return static_cast<std::int32_t>(number);
  }

  void free_erased(std::int32_t position) noexcept {
    const auto number = static_cast<std::uint32_t>(position);
    entries_[number].value.store(free_entry_, std::memory_order_relaxed);  // no worker has it any more
    free_entry_ = number;
    --erased_;
  }

 private:
  // Stays as it is, but for the value, until free_erased(). Those that are free have in `value` which is the
  // next such; number 0 is nobody's and has the value 0, never found.
  struct Entry {
    std::atomic<std::uint64_t> value;
    Key key;
  };

  // The candidate is the right one nearly always. Acquire: pairs with insert(), what the value leads to is
  // complete.
  std::uint64_t value_of(const Key& key, const Entry& candidate) const noexcept {
    if (is_same_key(candidate.key, key)) [[likely]] {
      const std::uint64_t value = candidate.value.load(std::memory_order_acquire);
      if (value != 0) [[likely]]
        return value;
    }
    return search_value(key);
  }

  // Out of line: for what is not in the table, in overflow buckets, or has another's hash.
  [[gnu::noinline]] std::uint64_t search_value(const Key& key) const noexcept {
    return entries_[search(key, hash_key(key))].value.load(std::memory_order_acquire);
  }

  // Of the key's entry, 0 without one.
  std::uint32_t search(const Key& key, std::uint32_t hash) const noexcept {
    for (;;) {
      const std::uint64_t moves = index_.moves();
      const LookupBucket* bucket = &index_.bucket(hash);
      for (; bucket != nullptr; bucket = index_.next(*bucket)) {
        const std::uint32_t number = search_in(*bucket, key, hash);
        if (number != 0) return number;
      }
      if (!index_.has_moved_since(moves)) return 0;
    }
  }

  std::uint32_t search_in(const LookupBucket& bucket, const Key& key, std::uint32_t hash) const noexcept {
    for (unsigned matches = bucket.match(hash); matches != 0; matches &= matches - 1) {
      const std::uint32_t number = bucket.number(static_cast<unsigned>(__builtin_ctz(matches)));
      if (number != 0 && is_same_key(entries_[number].key, key)) return number;
    }
    return 0;
  }

  // There is room.
  std::uint32_t take_entry() noexcept {
    if (free_entry_ == 0) return ++used_entries_;
    const std::uint32_t number = free_entry_;
    free_entry_ = static_cast<std::uint32_t>(entries_[number].value.load(std::memory_order_relaxed));
    return number;
  }

  LookupIndex index_;
  RteArray<Entry> own_;  // null: they are another's
  Entry* entries_;
  std::uint32_t capacity_;

  // Written with every change, away from what workers read for every packet.
  alignas(64) std::uint32_t size_ = 0;
  std::uint32_t erased_ = 0;
  std::uint32_t free_entry_ = 0;    // 0: none
  std::uint32_t used_entries_ = 0;  // those behind were never taken
};

}  // namespace vipswitch
