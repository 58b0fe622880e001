#pragma once

// Keys for the tests of LookupTable, of every type that is looked up.

#include <bit>
#include <nmmintrin.h>
#include <type_traits>
#include <vector>

#include "dataplane/lookup_index.h"
#include "dataplane/tables.h"

namespace vipswitch::testing {

inline Ipv6 numbered_ipv6(std::uint32_t number) {
  return Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, static_cast<std::uint16_t>(number >> 16),
                            static_cast<std::uint16_t>(number)});
}

// Different numbers make different keys; number 0 is all zero bytes where that is one.
template <class Key>
Key make_lookup_key(std::uint32_t number) {
  if constexpr (std::is_same_v<Key, Ipv4>) {
    return Ipv4::from_host(number);
  } else if constexpr (std::is_same_v<Key, Ipv6>) {
    return number == 0 ? Ipv6() : numbered_ipv6(number);
  } else if constexpr (std::is_same_v<Key, MacKey>) {
    const auto byte = [number](int shift) { return static_cast<std::uint8_t>(number >> shift); };
    return MacKey(SubnetId(number % 7), Mac(0, 0, byte(24), byte(16), byte(8), byte(0)));
  } else if constexpr (std::is_same_v<Key, EndpointKey<Ipv4>>) {
    return EndpointKey<Ipv4>(VpcId(number % 5), Ipv4::from_host(number / 5));
  } else {
    return EndpointKey<Ipv6>(VpcId(number % 5), number < 5 ? Ipv6() : numbered_ipv6(number / 5));
  }
}

// The first `count` numbers of keys of a table of this capacity that all belong into one bucket.
template <class Key>
std::vector<std::uint32_t> colliding_numbers(std::uint32_t capacity, std::size_t count) {
  const LookupIndex index("collisions", capacity);
  const auto bucket_of = [&index](std::uint32_t number) {
    return &index.bucket(hash_key(make_lookup_key<Key>(number)));
  };
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t number = 0; numbers.size() < count; ++number)
    if (bucket_of(number) == bucket_of(0)) numbers.push_back(number);
  return numbers;
}

// So many keys a burst has, which workers look up step by step; values[i] is 0 where keys[i] is not found.
inline constexpr unsigned kBulk = 64;

template <class Key>
void lookup_bulk(const LookupTable<Key>& table, const Key* keys, unsigned count, std::uint64_t* values) {
  typename LookupTable<Key>::Probe probes[kBulk];
  const typename LookupTable<Key>::Entry* candidates[kBulk];
  for (unsigned i = 0; i < count; ++i) probes[i] = table.probe(keys[i]);
  for (unsigned i = 0; i < count; ++i) candidates[i] = table.candidate(probes[i]);
  for (unsigned i = 0; i < count; ++i) values[i] = table.value(keys[i], *candidates[i]);
}

// Keys with one hash, `hash_key(key) == hash_key(EndpointKey<Ipv4>(VpcId(0), Ipv4()))`: the CRC of eight
// bytes is that of the last four on top of the first's, which these undo.
inline EndpointKey<Ipv4> key_of_the_same_hash(std::uint32_t number) {
  return {VpcId(_mm_crc32_u32(0, number)), std::bit_cast<Ipv4>(number)};
}

}  // namespace vipswitch::testing
