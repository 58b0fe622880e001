#pragma once

// One cache line of a LookupIndex: up to nine keys, each as 16 bits of its hash (the tag) and the number of
// its entry.
//
// A slot is in use while its number is not 0; the tag of one that is not means nothing. One writer, any
// number of readers without locks. A reader may see the tag of one key beside the number of another, and keys
// may share a tag, so whoever follows a number compares the key itself.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <emmintrin.h>

namespace vipswitch {

class alignas(64) LookupBucket {
 public:
  static constexpr unsigned kSlots = 9;
  // Has the number 0, always: what a search among no matches may look at.
  static constexpr unsigned kNoSlot = kSlots;

  using Tag = std::uint16_t;
  static constexpr Tag tag_of(std::uint32_t hash) noexcept { return static_cast<Tag>(hash); }

  // Readers. A bit for each slot with this tag.
  unsigned match(Tag tag) const noexcept { return compare(tag) & ((1u << kSlots) - 1); }
  // The number in the first slot with this tag, 0 without one.
  std::uint32_t first_match(Tag tag) const noexcept {
    return number(static_cast<unsigned>(__builtin_ctz(compare(tag) | (1u << kNoSlot))));
  }
  // Acquire: pairs with set(), so that the entry is complete.
  std::uint32_t number(unsigned slot) const noexcept {
    return numbers_[slot].load(std::memory_order_acquire);
  }
  // Of the bucket that goes on with the chain, 0 without one. Acquire: pairs with set_next(), so that what is
  // in that bucket is complete.
  std::uint32_t next() const noexcept { return next_.load(std::memory_order_acquire); }

  // The writer. kNoSlot if it is not there.
  unsigned slot_of(std::uint32_t number) const noexcept;
  // kNoSlot if all are in use.
  unsigned free_slot() const noexcept { return slot_of(0); }
  // kNoSlot if none is.
  unsigned used_slot() const noexcept;
  Tag tag(unsigned slot) const noexcept { return tags_[slot].load(std::memory_order_relaxed); }

  // Release, the tag too: a reader that no longer finds the tag of before sees what made it go.
  void set(unsigned slot, Tag tag, std::uint32_t number) noexcept {
    tags_[slot].store(tag, std::memory_order_release);
    numbers_[slot].store(number, std::memory_order_release);
  }
  void clear(unsigned slot) noexcept { numbers_[slot].store(0, std::memory_order_release); }
  void set_next(std::uint32_t bucket) noexcept { next_.store(bucket, std::memory_order_release); }

 private:
  // A bit for each tag; those from kNoSlot on mean nothing.
  //
  // The vector loads are no atomic ones in the language's terms, hence the attribute. On x86-64 they do as
  // well: a load that is aligned never tears one of its 16-bit lanes, loads are not reordered with loads, and
  // the compiler moves these neither before an earlier acquire load nor over a fence.
  __attribute__((no_sanitize("thread"))) unsigned compare(Tag tag) const noexcept {
    static_assert(kSlots <= 16 && offsetof(LookupBucket, tags_) == 0);
    const void* line = this;
    const auto* eights = static_cast<const __m128i*>(line);  // the second ends with what are no tags
    const __m128i wanted = _mm_set1_epi16(static_cast<short>(tag));
    const __m128i first = _mm_cmpeq_epi16(_mm_load_si128(eights), wanted);
    const __m128i second = _mm_cmpeq_epi16(_mm_load_si128(eights + 1), wanted);
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(first, second)));
  }

  std::array<std::atomic<Tag>, kSlots> tags_;
  std::atomic<std::uint32_t> next_;
  std::array<std::atomic<std::uint32_t>, kSlots + 1> numbers_;  // the last: 0
};

static_assert(sizeof(LookupBucket) == 64);

}  // namespace vipswitch
