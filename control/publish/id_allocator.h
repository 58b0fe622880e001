#pragma once

// Dense ids below a capacity. Freed ids go to the back of the queue, so that an id rests as long as possible
// before it means something else.

#include <cstdint>
#include <deque>

namespace vipswitch {

class IdAllocator {
 public:
  explicit IdAllocator(std::uint32_t capacity) noexcept : capacity_(capacity) {}

  std::uint32_t room() const noexcept {
    return capacity_ - next_ + static_cast<std::uint32_t>(freed_.size());
  }

  // Only while room() > 0.
  std::uint32_t allocate() {
    if (next_ < capacity_) return next_++;
    const std::uint32_t id = freed_.front();
    freed_.pop_front();
    return id;
  }
  void free(std::uint32_t id) { freed_.push_back(id); }

 private:
  std::uint32_t capacity_;
  std::uint32_t next_ = 0;
  std::deque<std::uint32_t> freed_;
};

}  // namespace vipswitch
