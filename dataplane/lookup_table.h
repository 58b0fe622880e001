#pragma once

// A hash table from padding-free keys to non-zero 64-bit values, with lock-free readers, laid out as
// entry_table.h says. The value of a key is changed where it is; an erased key's place is taken again only
// after free_erased(), which control calls after a grace period.

#include <atomic>
#include <cassert>
#include <cstdint>
#include <optional>

#include "dataplane/entry_table.h"

namespace vipswitch {

// A key and its value, 0 for no key. Stays as it is, but for the value, until the key is erased and free.
template <class LookupKey>
struct ValueEntry {
  using Key = LookupKey;

  std::atomic<std::uint64_t> value;
  Key own_key;

  const Key& key() const noexcept { return own_key; }
  // Acquire: pairs with LookupTable::insert(), what the value leads to is complete.
  std::uint64_t value_now() const noexcept { return value.load(std::memory_order_acquire); }
  std::uint32_t next_free() const noexcept {
    return static_cast<std::uint32_t>(value.load(std::memory_order_relaxed));
  }
  void set_next_free(std::uint32_t number) noexcept { value.store(number, std::memory_order_relaxed); }
};

template <class Key>
class LookupTable {
 public:
  using Entry = ValueEntry<Key>;

  // Fails (is_valid() is false) when memory is short. capacity < 2^31.
  LookupTable(const char* name, std::uint32_t capacity) noexcept : entries_(name, capacity, 0) {}
  // The same entries, for reading alone and by control, as long as `running` lives.
  LookupTable(const LookupTable& running, DryRun dry) noexcept : entries_(running.entries_, dry) {}

  bool is_valid() const noexcept { return entries_.is_valid(); }
  std::uint32_t capacity() const noexcept { return entries_.capacity(); }
  std::uint32_t size() const noexcept { return entries_.size(); }
  std::size_t bytes() const noexcept { return entries_.bytes(); }
  // Erased keys whose place is not free yet count too.
  std::uint32_t room() const noexcept { return entries_.room(); }

  // Workers. 0: not found.
  std::uint64_t lookup(const Key& key) const noexcept { return entries_.find(key).value_now(); }

  // Workers. The steps of a bulk of lookups (entry_table.h).
  using Probe = typename EntryTable<Entry>::Probe;
  [[gnu::always_inline]] Probe probe(const Key& key) const noexcept { return entries_.probe(key); }
  [[gnu::always_inline]] const Entry* candidate(const Probe& probe) const noexcept {
    return entries_.candidate(probe);
  }
  // 0: not found.
  [[gnu::always_inline]] std::uint64_t value(const Key& key, const Entry& candidate) const noexcept {
    return entries_.confirm(key, candidate).value_now();
  }

  // Control. Adds the key or replaces its value in one step; false if the table is full.
  bool insert(const Key& key, std::uint64_t value) noexcept {
    assert(value != 0);
    if (const std::uint32_t number = entries_.search(key); number != 0) {
      // Release: pairs with value_now().
      entries_.entry(number).value.store(value, std::memory_order_release);
      return true;
    }
    if (room() == 0) return false;
    entries_.add(key, [&](Entry& entry) {
      entry.own_key = key;
      entry.value.store(value, std::memory_order_relaxed);  // add() releases it
    });
    return true;
  }

  // Control. What free_erased() needs after a grace period; nothing if the key was not there.
  std::optional<std::uint32_t> erase(const Key& key) noexcept {
    const std::uint32_t number = entries_.search(key);
    if (number == 0) return std::nullopt;
    entries_.remove(key, number);
    return number;
  }
  void free_erased(std::uint32_t number) noexcept { entries_.free(number); }

 private:
  EntryTable<Entry> entries_;
};

}  // namespace vipswitch
