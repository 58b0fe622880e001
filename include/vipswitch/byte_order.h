#pragma once

// Integers in network byte order, as they stand in a frame. No implicit conversion in either direction: the
// only way in is from_host(), the only way out is host(). This is the one place where bytes are swapped.

#include <bit>
#include <compare>
#include <cstdint>

namespace vipswitch {

constexpr std::uint16_t swap_bytes(std::uint16_t value) noexcept {
  return __builtin_bswap16(value);
}
constexpr std::uint32_t swap_bytes(std::uint32_t value) noexcept {
  return __builtin_bswap32(value);
}
constexpr std::uint64_t swap_bytes(std::uint64_t value) noexcept {
  return __builtin_bswap64(value);
}

template <class Rep>
class BigEndian {
 public:
  constexpr BigEndian() noexcept = default;

  static constexpr BigEndian from_host(Rep value) noexcept { return BigEndian(convert(value)); }
  static constexpr BigEndian from_wire(Rep raw) noexcept { return BigEndian(raw); }

  constexpr Rep host() const noexcept { return convert(raw_); }
  // The value as it lies in memory: for checksums and keys, where the order does not matter.
  constexpr Rep wire() const noexcept { return raw_; }

  constexpr bool operator==(const BigEndian&) const noexcept = default;
  constexpr auto operator<=>(const BigEndian& other) const noexcept { return host() <=> other.host(); }

 private:
  static constexpr Rep convert(Rep value) noexcept {
    return std::endian::native == std::endian::little ? swap_bytes(value) : value;
  }
  explicit constexpr BigEndian(Rep raw) noexcept : raw_(raw) {}

  Rep raw_ = 0;
};

using Be16 = BigEndian<std::uint16_t>;
using Be32 = BigEndian<std::uint32_t>;
using Be64 = BigEndian<std::uint64_t>;

static_assert(sizeof(Be16) == 2 && sizeof(Be32) == 4 && sizeof(Be64) == 8);

}  // namespace vipswitch
