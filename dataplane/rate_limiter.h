#pragma once

// A single-rate limit on bytes that several workers share (design: forwarding 2 "Rate limit"). One atomic
// counter says how much was granted; a worker takes from it what its packet needs, or one hundredth of the
// burst at once, and spends that without touching the shared line. So what is granted never exceeds rate and
// burst, and what is granted but not yet sent is at most a hundredth of the burst a worker.
//
// The counter counts on the same axis as `now * rate`: its distance to there is the credit, at most the
// burst. There is nothing to refill.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "vipswitch/bit_rate.h"
#include "vipswitch/ids.h"
#include "vipswitch/time.h"

namespace vipswitch {

class RateLimiter {
 public:
  // Mbit/s are 10^6 bit/s. A packet longer than the burst never passes.
  RateLimiter(std::uint32_t rate_mbps, std::uint64_t burst_bytes, std::size_t worker_count)
      : bytes_per_ms_(std::uint64_t{rate_mbps} * kBytesPerMsOfMbps),
        burst_(burst_bytes),
        quantum_(burst_bytes / 100),
        purse_count_(worker_count),
        purses_(new Purse[worker_count]) {}

  // Whether the packet may pass; by its worker only. The workers' clocks may differ by the time between two
  // polls: a late one finds less credit. Who is no worker, a dry run, passes and takes nothing.
  bool take(WorkerId worker, std::uint32_t bytes, TimeMs now) noexcept {
    if (worker.value() >= purse_count_) return true;
    std::uint64_t& purse = purses_[worker.value()].bytes;
    if (purse < bytes) {
      const std::uint64_t missing = bytes - purse;
      purse += borrow(missing, std::max(missing, quantum_), now);
      if (purse < bytes) return false;
    }
    purse -= bytes;
    return true;
  }

  // What the worker took with its last take() for a packet that does not pass after all.
  void give_back(WorkerId worker, std::uint32_t bytes) noexcept {
    if (worker.value() < purse_count_) purses_[worker.value()].bytes += bytes;
  }

 private:
  struct alignas(64) Purse {
    std::uint64_t bytes = 0;
  };

  // From `least` to `most`, or nothing.
  std::uint64_t borrow(std::uint64_t least, std::uint64_t most, TimeMs now) noexcept {
    const std::uint64_t saved_from = static_cast<std::uint64_t>(now) * bytes_per_ms_;
    const std::uint64_t end = saved_from + burst_;
    std::uint64_t granted = granted_.load(std::memory_order_relaxed);
    while (true) {
      const std::uint64_t begin = std::max(granted, saved_from);
      if (begin > end || end - begin < least) return 0;
      const std::uint64_t amount = std::min(end - begin, most);
      if (granted_.compare_exchange_weak(granted, begin + amount, std::memory_order_relaxed)) return amount;
    }
  }

  const std::uint64_t bytes_per_ms_, burst_, quantum_;
  const std::size_t purse_count_;
  const std::unique_ptr<Purse[]> purses_;  // by WorkerId
  alignas(64) std::atomic<std::uint64_t> granted_{0};
};

}  // namespace vipswitch
