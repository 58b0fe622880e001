#pragma once

// Purpose: the last entries of each HAVIP's slot, oldest dropped first.
// Shape: slot -> a ring that grows with use up to `most_of_each`. All slots together keep about
// `most_of_all`:
//   beyond that, a slot that gets an entry keeps no more than its share, and kFewest at least.
// Who writes and reads: control thread only. A pointer to an entry is valid until the next add().
// Cost: add() a map lookup; of() copies what it returns. A slot without entries takes no memory.

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "vipswitch/ids.h"

namespace vipswitch {

template <class T>
class SlotHistory {
 public:
  static constexpr std::size_t kFewest = 8;

  SlotHistory(std::size_t most_of_each, std::size_t most_of_all)
      : most_of_each_(most_of_each), most_of_all_(most_of_all) {
    assert(most_of_each > 0);
  }

  T& add(HavipId slot, T entry) {
    Ring& ring = rings_[slot];
    const std::size_t limit = size_ < most_of_all_ ? most_of_each_ : std::min(most_of_each_, share());
    size_ -= ring.entries.size();
    T& added = ring.push(std::move(entry), limit);
    size_ += ring.entries.size();
    return added;
  }

  // The last `count`, oldest first.
  std::vector<T> of(HavipId slot, std::size_t count = std::numeric_limits<std::size_t>::max()) const {
    std::vector<T> result;
    const auto found = rings_.find(slot);
    if (found == rings_.end()) return result;
    const Ring& ring = found->second;
    const std::size_t size = ring.entries.size(), first = size - std::min(count, size);
    result.reserve(size - first);
    for (std::size_t i = first; i < size; ++i) result.push_back(ring.entries[(ring.oldest + i) % size]);
    return result;
  }

  // The entry `back` places before the last one; null where there is none.
  const T* last(HavipId slot, std::size_t back = 0) const {
    const auto found = rings_.find(slot);
    if (found == rings_.end() || back >= found->second.entries.size()) return nullptr;
    const auto& [entries, oldest] = found->second;
    return &entries[(oldest + entries.size() - 1 - back) % entries.size()];
  }
  T* last(HavipId slot, std::size_t back = 0) {
    return const_cast<T*>(std::as_const(*this).last(slot, back));
  }

  std::size_t size() const noexcept { return size_; }  // of all slots together

  // Forgets the slots that `slots` has not.
  template <class Slots>
  void keep_only(const Slots& slots) {
    std::erase_if(rings_, [&](const auto& entry) {
      if (slots.contains(entry.first)) return false;
      size_ -= entry.second.entries.size();
      return true;
    });
  }

 private:
  struct Ring {
    std::vector<T> entries;
    std::size_t oldest = 0;  // index of the oldest entry, not 0 only while the ring is full

    T& push(T entry, std::size_t limit) {
      if (entries.size() == limit) {
        T& place = entries[oldest];
        place = std::move(entry);
        oldest = (oldest + 1) % limit;
        return place;
      }
      std::rotate(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(oldest), entries.end());
      oldest = 0;
      if (entries.size() > limit) {
        entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(limit - 1));
        entries.shrink_to_fit();
      }
      return entries.emplace_back(std::move(entry));
    }
  };

  std::size_t share() const { return std::max(kFewest, most_of_all_ / rings_.size()); }

  std::size_t most_of_each_, most_of_all_;
  std::size_t size_ = 0;
  std::map<HavipId, Ring> rings_;
};

}  // namespace vipswitch
