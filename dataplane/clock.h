#pragma once

// The workers' clock: TSC cycles, and the election's milliseconds since the switch started.

#include <cstdint>

#include "vipswitch/time.h"

namespace vipswitch {

class Clock {
 public:
  Clock(std::uint64_t start_tsc, std::uint64_t tsc_per_second) noexcept
      : start_tsc_(start_tsc), tsc_per_ms_(tsc_per_second / 1000) {}

  // Always 0 ms: for who moves time by hand.
  static Clock stopped() noexcept { return Clock(0, ~std::uint64_t{0}); }

  TimeMs to_ms(std::uint64_t tsc) const noexcept {
    return static_cast<TimeMs>((tsc - start_tsc_) / tsc_per_ms_);
  }
  std::uint64_t start_tsc() const noexcept { return start_tsc_; }
  std::uint64_t tsc_per_ms() const noexcept { return tsc_per_ms_; }

 private:
  std::uint64_t start_tsc_;
  std::uint64_t tsc_per_ms_;
};

}  // namespace vipswitch
