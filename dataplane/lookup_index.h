#pragma once

// Where the entries of an EntryTable are: hash of a key -> number of its entry, from 1. Several keys may have
// one hash. Knows no keys: whoever searches compares them.
//
// Buckets are cache lines (lookup_bucket.h), one for four keys at capacity: then one key in 300 is in another
// than its hash's. A full bucket goes on in an overflow bucket of a pool, and so on. Only the last bucket of
// a chain may have free slots: the last key moves into the slot of one that goes. So a chain of 9 n + 1 to 9
// n + 9 keys has n overflow buckets, and a pool of one for each nine keys never runs out, wherever the keys
// fall.
//
// One writer (control), any number of readers without locks. A reader finds what it looks for at once, or not
// for sure: while it searched a chain, the key may have moved to a place that it had passed, or the bucket
// that it was in may have gone over to another chain. Both count as moves(), and who found nothing searches
// again if there were any. Slots and buckets are taken again at once; entries must outlive their readers.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "dataplane/dpdk_handle.h"
#include "dataplane/dry_run.h"
#include "dataplane/lookup_bucket.h"

namespace vipswitch {

class LookupIndex {
 public:
  // is_valid() is false when memory is short. capacity < 2^31.
  LookupIndex(const char* name, std::uint32_t capacity) noexcept;
  // The same buckets, for reading alone: as long as `running` lives, and by its writer, so that nothing moves
  // meanwhile.
  LookupIndex(const LookupIndex& running, DryRun) noexcept
      : buckets_(running.buckets_), hashed_count_(running.hashed_count_) {}

  bool is_valid() const noexcept { return buckets_ != nullptr; }
  // Memory that it takes, all of it from the start.
  std::size_t bytes() const noexcept;

  // Readers. The bucket that a chain begins with. CRCs of regular keys differ in few of their low bits at
  // times; the middle of the product depends on all of them.
  const LookupBucket& bucket(std::uint32_t hash) const noexcept { return buckets_[place(hash)]; }
  // Null at the end of the chain.
  const LookupBucket* next(const LookupBucket& bucket) const noexcept {
    const std::uint32_t next = bucket.next();
    return next == 0 ? nullptr : &buckets_[next];
  }
  // Before a search. Acquire: pairs with count_move(), what moved before is seen at its new place.
  std::uint64_t moves() const noexcept { return moves_.load(std::memory_order_acquire); }
  // After a search that found nothing. Who saw a slot without its key, by a release store later than
  // count_move()'s, sees the count too. The fence keeps the compiler from loading tags after the count; the
  // processor does not (lookup_bucket.h).
  bool has_moved_since(std::uint64_t moves) const noexcept {
    std::atomic_signal_fence(std::memory_order_acquire);
    return moves_.load(std::memory_order_acquire) != moves;
  }

  // The writer. At most `capacity` numbers are in at a time; the entry is complete.
  void add(std::uint32_t hash, std::uint32_t number) noexcept;
  // The number that add() took by another, in one step.
  void replace(std::uint32_t hash, std::uint32_t number, std::uint32_t by) noexcept;
  // What add() took.
  void remove(std::uint32_t hash, std::uint32_t number) noexcept;

 private:
  std::uint64_t place(std::uint32_t hash) const noexcept {
    __extension__ using Product = unsigned __int128;
    const std::uint64_t spread = hash * std::uint64_t{0x9e3779b97f4a7c15};
    return static_cast<std::uint64_t>((Product{spread} * hashed_count_) >> 64);
  }
  void count_move() noexcept {
    moves_.store(moves_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  void add_overflow(LookupBucket& last, std::uint32_t hash, std::uint32_t number) noexcept;
  void move_key(LookupBucket& from, LookupBucket& to, unsigned slot) noexcept;
  void drop_overflow_after(LookupBucket& before) noexcept;

  LookupBucket* buckets_ = nullptr;  // those of the hashes, then the overflow buckets; null: no memory
  std::uint64_t hashed_count_ = 0;
  std::uint32_t overflow_count_ = 0;
  RteArray<std::uint32_t> free_overflow_;  // a stack of places in buckets_
  RteArray<LookupBucket> own_;             // null: they are another's

  // Written with every change, away from what workers read for every packet.
  alignas(64) std::atomic<std::uint64_t> moves_{0};
  std::uint32_t free_count_ = 0;  // of free_overflow_
};

}  // namespace vipswitch
