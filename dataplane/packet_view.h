#pragma once

// The bytes of a frame as far as they lie in one piece, and the only way to a header in them: header_at()
// hands one out after proving that it fits, and returns null otherwise.

#include <cstddef>
#include <cstdint>
#include <span>

namespace vipswitch {

class PacketView {
 public:
  PacketView() noexcept = default;
  PacketView(std::uint8_t* data, std::size_t size_bytes) noexcept : data_(data), size_(size_bytes) {}

  std::uint8_t* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  template <class Header>
  Header* header_at(std::size_t offset) const noexcept {
    static_assert(alignof(Header) == 1, "a header may lie at any address");
    if (offset > size_ || size_ - offset < sizeof(Header)) return nullptr;
    return reinterpret_cast<Header*>(data_ + offset);
  }

  // The same where it is known to fit: the caller has compared its end.
  template <class Header>
  Header& proven_header_at(std::size_t offset) const noexcept {
    static_assert(alignof(Header) == 1, "a header may lie at any address");
    return *reinterpret_cast<Header*>(data_ + offset);
  }

  // The bytes [offset, offset + count), cut at the end of the view.
  std::span<std::uint8_t> bytes(std::size_t offset, std::size_t count) const noexcept {
    if (offset > size_) return {};
    return {data_ + offset, count < size_ - offset ? count : size_ - offset};
  }

 private:
  std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace vipswitch
