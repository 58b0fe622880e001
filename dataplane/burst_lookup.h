#pragma once

// The lookups of a burst's packets in one table, step by step (entry_table.h): what a step reads has been on
// its way into the cache since the one before.

#include "dataplane/batch.h"

namespace vipswitch {

template <class Table>
class BurstLookup {
 public:
  explicit BurstLookup(const Table& table) noexcept : table_(table) {}
  BurstLookup(const BurstLookup&) = delete;  // end_ leads into it
  BurstLookup& operator=(const BurstLookup&) = delete;

  // The first step, of one packet of the burst.
  template <class Key>
  [[gnu::always_inline]] void add(Packet& packet, const Key& key) noexcept {
    end_->packet = &packet;
    end_->probe = table_.probe(key);
    ++end_;
  }

  // The others, of all: `use(packet, candidate)` for each, in the order in which they were added.
  template <class Use>
  [[gnu::always_inline]] void finish(Use&& use) noexcept {
    Item* const end = end_;  // what `use` writes may be a member, for all that the compiler knows
#pragma GCC unroll 2
    for (Item* item = items_; item != end; ++item) item->candidate = table_.candidate(item->probe);
    for (Item* item = items_; item != end; ++item) use(*item->packet, *item->candidate);
  }

 private:
  struct Item {
    Packet* packet;
    typename Table::Probe probe;
    const typename Table::Entry* candidate;
  };

  const Table& table_;
  Item items_[kMaxBurst];
  Item* end_ = items_;
};

}  // namespace vipswitch
