#pragma once

// Which VRRP adverts a port is cut off from, for an operator who drills a partition: those that it sends,
// those that are bound for it, or both. Written by the shell and the configuration file, kept in the port's
// row.

#include <cstdint>

namespace vipswitch {

enum class VrrpFilter : std::uint8_t { kNone = 0, kIn = 1, kOut = 2, kBoth = kIn | kOut };

constexpr bool drops(VrrpFilter filter, VrrpFilter direction) noexcept {
  return (static_cast<std::uint8_t>(filter) & static_cast<std::uint8_t>(direction)) != 0;
}

constexpr VrrpFilter with(VrrpFilter filter, VrrpFilter direction, bool is_on) noexcept {
  const unsigned bits = static_cast<std::uint8_t>(filter), change = static_cast<std::uint8_t>(direction);
  return static_cast<VrrpFilter>(is_on ? bits | change : bits & ~change);
}

}  // namespace vipswitch
