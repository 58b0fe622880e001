#pragma once

// The Internet checksum (RFC 1071) and its incremental update (RFC 1624). Sums are kept as they lie in
// memory: one's-complement addition does not care about byte order as long as both sides agree (RFC 1071
// section 2).

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "vipswitch/address.h"

namespace vipswitch {

// Folds a sum of 16-bit words into 16 bits with end-around carry. Added to itself with its halves swapped, a
// number has in its upper half the sum of both, and the carry of the lower half added to it.
constexpr std::uint16_t fold(std::uint64_t sum) noexcept {
  const auto s = static_cast<std::uint32_t>((sum + std::rotl(sum, 32)) >> 32);
  return static_cast<std::uint16_t>((s + std::rotl(s, 16)) >> 16);
}

// The same of two that are folded.
constexpr std::uint16_t add_folded(std::uint16_t a, std::uint16_t b) noexcept {
  const std::uint32_t sum = std::uint32_t{a} + b;
  return static_cast<std::uint16_t>(sum + (sum >> 16));
}

// Whether data with this sum, its checksum included, is right: the sum folds to all ones (RFC 1071), and so
// is a multiple of them. Not for data that may be zero throughout.
constexpr bool is_right_sum(std::uint64_t sum) noexcept {
  return sum % 0xffff == 0;
}

// The sum (not complemented) of size_bytes bytes; an odd last byte counts as if a zero followed it.
inline std::uint64_t sum_bytes(const void* data, std::size_t size_bytes) noexcept {
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::uint64_t sum = 0;
  while (size_bytes >= 4) {
    std::uint32_t word;
    std::memcpy(&word, bytes, 4);
    sum += word;
    bytes += 4;
    size_bytes -= 4;
  }
  if (size_bytes >= 2) {
    std::uint16_t word;
    std::memcpy(&word, bytes, 2);
    sum += word;
    bytes += 2;
    size_bytes -= 2;
  }
  if (size_bytes == 1) {
    std::uint16_t word = 0;
    std::memcpy(&word, bytes, 1);
    sum += word;
  }
  return sum;
}

// With end-around carry: eight bytes hold four words, whose carries go round together.
constexpr std::uint64_t add_around(std::uint64_t a, std::uint64_t b) noexcept {
  std::uint64_t sum = 0;
  const bool carries = __builtin_add_overflow(a, b, &sum);
  return sum + (carries ? 1 : 0);
}

// The same of the 20 bytes of an IPv4 header without options, without a loop.
inline std::uint64_t sum_20_bytes(const void* data) noexcept {
  const auto* bytes = static_cast<const unsigned char*>(data);
  std::uint64_t first, second;
  std::uint32_t rest;
  std::memcpy(&first, bytes, 8);
  std::memcpy(&second, bytes + 8, 8);
  std::memcpy(&rest, bytes + 16, 4);
  return add_around(add_around(first, second), rest);
}

// The checksum field's value for data in which the field is zero.
inline std::uint16_t checksum(const void* data, std::size_t size_bytes) noexcept {
  return static_cast<std::uint16_t>(~fold(sum_bytes(data, size_bytes)));
}

// The sum of the pseudo-header {source, destination, 0, protocol, length} (RFC 9293 3.1, RFC 9568 5.2.8).
constexpr std::uint64_t sum_pseudo_header(Ipv4 source, Ipv4 destination, std::uint8_t protocol,
                                          std::uint16_t length) noexcept {
  return std::uint64_t{source.wire()} + destination.wire() + Be16::from_host(protocol).wire() +
         Be16::from_host(length).wire();
}

// The pseudo-header of IPv6 {source, destination, length, 0, next header} (RFC 8200 8.1).
constexpr std::uint64_t sum_words(const Ipv6& address) noexcept {
  std::uint64_t sum = 0;
  const auto& b = address.bytes();
  for (std::size_t i = 0; i < b.size(); i += 2) {
    sum += Be16::from_host(static_cast<std::uint16_t>((b[i] << 8) | b[i + 1])).wire();
  }
  return sum;
}
constexpr std::uint64_t sum_pseudo_header(const Ipv6& source, const Ipv6& destination,
                                          std::uint8_t next_header, std::uint32_t length) noexcept {
  return sum_words(source) + sum_words(destination) + Be16::from_host(next_header).wire() +
         Be32::from_host(length).wire();
}

// What to add to a one's-complement sum when `before` in the covered data becomes `after`: ~m + m' of RFC
// 1624 section 3. Precomputed in tables, applied by update_checksum().
constexpr std::uint16_t checksum_delta(Ipv4 before, Ipv4 after) noexcept {
  return fold(std::uint64_t{static_cast<std::uint32_t>(~before.wire())} + after.wire());
}
constexpr std::uint16_t checksum_delta(const Ipv6& before, const Ipv6& after) noexcept {
  return fold(std::uint64_t{static_cast<std::uint16_t>(~fold(sum_words(before)))} + sum_words(after));
}
constexpr std::uint16_t checksum_delta(Be16 before, Be16 after) noexcept {
  return fold(std::uint64_t{static_cast<std::uint16_t>(~before.wire())} + after.wire());
}
constexpr std::uint16_t combine_deltas(std::uint16_t a, std::uint16_t b) noexcept {
  return add_folded(a, b);
}

// TTL and protocol share a 16-bit word of the IPv4 header; taking 1 off the TTL takes 0x0100 off the word.
inline constexpr std::uint16_t kTtlDelta = checksum_delta(Be16::from_host(0x0100), Be16::from_host(0));

// RFC 1624 equation 3: HC' = ~(~HC + ~m + m'), which is the difference of HC and the delta with the borrow
// taken off at its end. Never turns a right checksum into a wrong one, and a wrong one stays wrong by the
// same amount.
constexpr std::uint16_t update_checksum(std::uint16_t checksum, std::uint16_t delta) noexcept {
  std::uint16_t difference = 0;
  const bool borrows = __builtin_sub_overflow(checksum, delta, &difference);
  return static_cast<std::uint16_t>(difference - (borrows ? 1 : 0));
}

}  // namespace vipswitch
