#pragma once

// A hash table from padding-free keys to non-zero 64-bit values, on rte_hash with lock-free readers.
//
// One writer (control). Any number of reading workers, which report quiescence once a poll. erase() hides the
// key at once but its place is taken again only after free_erased(), which control calls after a grace
// period. Capacity is guaranteed: colliding keys go to extension buckets. Cost: about 20 TSC cycles a key in
// bulk up to 64k entries.

#include <cstdint>
#include <cstring>
#include <optional>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <type_traits>

#include "dataplane/dpdk_handle.h"

namespace vipswitch {

// Makes tables for a run without effects: what is looked up is read where it is, what packets change is a
// copy of its own (control/trace/dry_world.h).
struct DryRun {};

// CRC-32C of a key of known size, at any alignment.
template <class Key>
std::uint32_t hash_key(const void* key, std::uint32_t, std::uint32_t hash) noexcept {
  static_assert(sizeof(Key) % 4 == 0);
  const auto* next = static_cast<const unsigned char*>(key);
  for (std::size_t i = 0; i < sizeof(Key) / 8; ++i, next += 8) {
    std::uint64_t word;
    std::memcpy(&word, next, sizeof(word));
    hash = rte_hash_crc_8byte(word, hash);
  }
  if constexpr (sizeof(Key) % 8 != 0) {
    std::uint32_t word;
    std::memcpy(&word, next, sizeof(word));
    hash = rte_hash_crc_4byte(word, hash);
  }
  return hash;
}

template <class Key>
class LookupTable {
  static_assert(std::has_unique_object_representations_v<Key>, "padding would be hashed");

 public:
  static constexpr unsigned kBulk = RTE_HASH_LOOKUP_BULK_MAX;

  // Fails (is_valid() is false) when memory is short. The name must be unique in the process, at most 31
  // characters.
  LookupTable(const char* name, std::uint32_t capacity) noexcept : capacity_(capacity) {
    rte_hash_parameters parameters{};
    parameters.name = name;
    parameters.entries = capacity < 8 ? 8 : capacity;  // the least rte_hash takes
    parameters.key_len = sizeof(Key);
    parameters.hash_func = hash_key<Key>;
    parameters.socket_id = static_cast<int>(rte_socket_id());
    parameters.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_EXT_TABLE;
    const std::size_t before = allocated_bytes();
    hash_.reset(rte_hash_create(&parameters));
    bytes_ = allocated_bytes() - before;
    table_ = hash_.get();
  }
  // The same entries, for reading alone, as long as `running` lives.
  LookupTable(const LookupTable& running, DryRun) noexcept
      : table_(running.table_), capacity_(running.capacity_) {}

  bool is_valid() const noexcept { return table_ != nullptr; }
  std::uint32_t capacity() const noexcept { return capacity_; }
  std::uint32_t size() const noexcept { return size_; }
  // Memory that it takes, all of it from the start.
  std::size_t bytes() const noexcept { return bytes_; }
  // Erased keys whose place is not free yet count too.
  std::uint32_t room() const noexcept { return capacity_ - size_ - erased_; }

  // Workers. 0: not found.
  std::uint64_t lookup(const Key& key) const noexcept {
    void* value = nullptr;
    return rte_hash_lookup_data(table_, &key, &value) < 0 ? 0 : as_integer(value);
  }

  // Workers. count <= kBulk; values[i] is 0 where keys[i] is not found.
  void lookup_bulk(const Key* keys, unsigned count, std::uint64_t* values) const noexcept {
    const void* key_pointers[kBulk];
    void* found[kBulk];
    std::uint64_t hits = 0;
    for (unsigned i = 0; i < count; ++i) key_pointers[i] = &keys[i];
    rte_hash_lookup_bulk_data(table_, key_pointers, count, &hits, found);
    for (unsigned i = 0; i < count; ++i) values[i] = ((hits >> i) & 1) != 0 ? as_integer(found[i]) : 0;
  }

  // Control. Adds the key or replaces its value in one step; false if the table is full.
  bool insert(const Key& key, std::uint64_t value) noexcept {
    const bool is_new = lookup(key) == 0;
    if (is_new && room() == 0) return false;
    if (rte_hash_add_key_data(table_, &key, reinterpret_cast<void*>(value)) < 0) return false;
    if (is_new) ++size_;
    return true;
  }

  // Control. What free_erased() needs after a grace period; nothing if the key was not there.
  std::optional<std::int32_t> erase(const Key& key) noexcept {
    const std::int32_t position = rte_hash_del_key(table_, &key);
    if (position < 0) return std::nullopt;
    --size_;
    ++erased_;
    return position;
  }

  void free_erased(std::int32_t position) noexcept {
    rte_hash_free_key_with_position(table_, position);
    --erased_;
  }

 private:
  static std::uint64_t as_integer(void* value) noexcept { return reinterpret_cast<std::uint64_t>(value); }

  HashHandle hash_;  // null: only the owner of the entries may free them
  rte_hash* table_ = nullptr;
  std::uint32_t capacity_;
  std::size_t bytes_ = 0;
  std::uint32_t size_ = 0;
  std::uint32_t erased_ = 0;
};

}  // namespace vipswitch
