#pragma once

// A hash table of entries that hold their key, with lock-free readers: the way that LookupTable
// (lookup_table.h) and EipTable (eip_table.h) are laid out.
//
// One writer (control). Any number of reading workers, which report quiescence once a poll. What remove() or
// replace() takes away is hidden at once but its place is taken again only after free(), which control calls
// after a grace period. Capacity is guaranteed, wherever the hashes of the keys fall.
//
// The hash, CRC-32C, leads to a bucket of a LookupIndex (lookup_index.h), one cache line, and that to the
// entry: two lines a key, which a bulk of lookups (probe()) prefetches for all its keys. Cost of a key in
// bulk: some 40 to 50 instructions, by its length; what that is in cycles: docs/performance.md, `lookup.eip`.
// One that is not there costs a call more.
//
// Entry has a type Key without padding, key(), and next_free() and set_next_free() for a number in the place
// of what it says while it is nobody's. Zero bytes are an entry.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nmmintrin.h>
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

template <class Entry>
class EntryTable {
 public:
  using Key = typename Entry::Key;

  // Room for `capacity` keys, and for `spare` entries that were replaced and are not free yet. Fails
  // (is_valid() is false) when memory is short. capacity + spare < 2^31.
  EntryTable(const char* name, std::uint32_t capacity, std::uint32_t spare) noexcept
      : index_(name, capacity),
        own_(make_rte_array<Entry>(name, std::size_t{capacity} + spare + 1)),
        entries_(own_.get()),
        capacity_(capacity),
        entry_count_(capacity + spare) {}
  // The same entries, for reading alone and by control, as long as `running` lives.
  EntryTable(const EntryTable& running, DryRun dry) noexcept
      : index_(running.index_, dry),
        entries_(running.entries_),
        capacity_(running.capacity_),
        entry_count_(running.entry_count_) {}

  bool is_valid() const noexcept { return index_.is_valid() && entries_ != nullptr; }
  std::uint32_t capacity() const noexcept { return capacity_; }
  std::uint32_t size() const noexcept { return size_; }
  // Memory that it takes, all of it from the start.
  std::size_t bytes() const noexcept {
    return own_ ? index_.bytes() + (std::size_t{entry_count_} + 1) * sizeof(Entry) : 0;
  }
  // Entries that are neither in the table nor wait for free().
  std::uint32_t free_entries() const noexcept { return entry_count_ - size_ - retired_; }
  // Of keys that are not in the table.
  std::uint32_t room() const noexcept { return std::min(capacity_ - size_, free_entries()); }

  // Workers. What they find where a key is not: zero bytes.
  const Entry& nobodys() const noexcept { return entries_[0]; }
  const Entry& find(const Key& key) const noexcept {
    const std::uint32_t hash = hash_key(key);
    return confirm(key, entries_[index_.bucket(hash).first_match(LookupBucket::tag_of(hash))]);
  }

  // Workers. A bulk of lookups takes these steps one after the other, each for all its keys: what a step
  // reads has been on its way into the cache since the one before.
  struct Probe {
    const LookupBucket* bucket;
    LookupBucket::Tag tag;
  };
  [[gnu::always_inline]] Probe probe(const Key& key) const noexcept {
    const std::uint32_t hash = hash_key(key);
    const Probe begun{&index_.bucket(hash), LookupBucket::tag_of(hash)};
    rte_prefetch0(begun.bucket);
    return begun;
  }
  [[gnu::always_inline]] const Entry* candidate(const Probe& probe) const noexcept {
    const Entry* entry = &entries_[probe.bucket->first_match(probe.tag)];
    rte_prefetch0(entry);
    return entry;
  }
  // The candidate is the right one nearly always.
  [[gnu::always_inline]] const Entry& confirm(const Key& key, const Entry& candidate) const noexcept {
    if (is_same_key(candidate.key(), key) && &candidate != entries_) [[likely]]
      return candidate;
    return search_entry(key);
  }

  // Control. Numbers of entries; 0: the key is not there.
  std::uint32_t search(const Key& key) const noexcept { return search(key, hash_key(key)); }
  Entry& entry(std::uint32_t number) noexcept { return entries_[number]; }

  // Control, of a key that is not there and while there is room(): `fill` makes an entry that of the key.
  template <class Fill>
  void add(const Key& key, Fill&& fill) noexcept {
    const std::uint32_t number = take_entry();
    fill(entries_[number]);
    index_.add(hash_key(key), number);
    ++size_;
  }
  // Control, while there are free_entries(): `fill` makes an entry that of the key in the place of `number`,
  // which free() needs after a grace period.
  template <class Fill>
  void replace(const Key& key, std::uint32_t number, Fill&& fill) noexcept {
    const std::uint32_t by = take_entry();
    fill(entries_[by]);
    index_.replace(hash_key(key), number, by);
    ++retired_;
  }
  // Control. The number is what free() needs after a grace period.
  void remove(const Key& key, std::uint32_t number) noexcept {
    index_.remove(hash_key(key), number);
    --size_;
    ++retired_;
  }
  void free(std::uint32_t number) noexcept {
    entries_[number].set_next_free(free_entry_);  // no worker has it any more
    free_entry_ = number;
    --retired_;
  }

 private:
  // Out of line: for what is not in the table, in an overflow bucket, or behind another with its tag.
  // By value: whose address is taken has to be in memory for every packet.
  [[gnu::noinline]] const Entry& search_entry(Key key) const noexcept {
    return entries_[search(key, hash_key(key))];
  }

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
    for (unsigned matches = bucket.match(LookupBucket::tag_of(hash)); matches != 0; matches &= matches - 1) {
      const std::uint32_t number = bucket.number(static_cast<unsigned>(__builtin_ctz(matches)));
      if (number != 0 && is_same_key(entries_[number].key(), key)) return number;
    }
    return 0;
  }

  std::uint32_t take_entry() noexcept {
    if (free_entry_ == 0) return ++used_entries_;
    const std::uint32_t number = free_entry_;
    free_entry_ = entries_[number].next_free();
    return number;
  }

  LookupIndex index_;
  RteArray<Entry> own_;  // null: they are another's
  Entry* entries_;       // number 0 is nobody's
  std::uint32_t capacity_;
  std::uint32_t entry_count_;

  // Written with every change, away from what workers read for every packet.
  alignas(64) std::uint32_t size_ = 0;
  std::uint32_t retired_ = 0;
  std::uint32_t free_entry_ = 0;    // 0: none
  std::uint32_t used_entries_ = 0;  // those behind were never taken
};

}  // namespace vipswitch
