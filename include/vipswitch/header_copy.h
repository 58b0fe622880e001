#pragma once

// A header out of bytes that may end anywhere, by value.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

namespace vipswitch {

// Nothing, if it does not fit.
template <class Header>
std::optional<Header> copy_header(std::span<const std::uint8_t> bytes, std::size_t offset) noexcept {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(Header)) return std::nullopt;
  Header header;
  std::memcpy(static_cast<void*>(&header), bytes.data() + offset, sizeof header);
  return header;
}

}  // namespace vipswitch
