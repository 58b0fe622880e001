#pragma once

// A single-rate token bucket for one writer, on whole milliseconds: `rate` tokens a second, at most `burst`
// saved.

#include <cstdint>

#include "vipswitch/time.h"

namespace vipswitch {

class TokenBucket {
 public:
  TokenBucket() noexcept = default;
  TokenBucket(std::uint32_t rate, std::uint32_t burst) noexcept
      : rate_(rate), capacity_(std::uint64_t{burst} * 1000), credit_(capacity_) {}

  bool take(TimeMs now) noexcept {
    if (now > filled_at_) {
      const auto elapsed = static_cast<std::uint64_t>(now - filled_at_);
      // More than an hour fills any bucket; the bound keeps the product small.
      const std::uint64_t gained = (elapsed < 3'600'000 ? elapsed : 3'600'000) * rate_;
      credit_ = credit_ + gained < capacity_ ? credit_ + gained : capacity_;
      filled_at_ = now;
    }
    if (credit_ < 1000) return false;
    credit_ -= 1000;
    return true;
  }

 private:
  std::uint64_t rate_ = 0;      // thousandths of a token per millisecond
  std::uint64_t capacity_ = 0;  // thousandths of a token
  std::uint64_t credit_ = 0;
  TimeMs filled_at_ = 0;
};

}  // namespace vipswitch
