#pragma once

// Fibonacci hashing: the top bits of a product with 2^64 / golden ratio mix all bits of the factor.

#include <cstdint>

namespace vipswitch {

// From 0 to 2^bits - 1.
template <unsigned kBits>
constexpr std::uint32_t fibonacci_hash(std::uint64_t value) noexcept {
  static_assert(kBits > 0 && kBits <= 32);
  return static_cast<std::uint32_t>((value * 0x9e3779b97f4a7c15) >> (64 - kBits));
}

}  // namespace vipswitch
