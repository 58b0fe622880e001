#pragma once

// How long failovers took, and what they dropped, as histograms for monitoring. Failovers only: the first
// owner that an address has had is none. Plain values; control thread writes and reads.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vipswitch {

// Counts values by the least bound that they do not exceed; those above the last one are only in count().
template <std::size_t kCount>
class Histogram {
 public:
  explicit constexpr Histogram(const std::array<double, kCount>& bounds) : bounds_(bounds) {}

  void observe(double value) noexcept {
    ++count_;
    sum_ += value;
    for (std::size_t i = 0; i < kCount; ++i) {
      if (value <= bounds_[i]) {
        ++counts_[i];
        return;
      }
    }
  }

  std::span<const double, kCount> bounds() const noexcept { return bounds_; }         // ascending
  std::span<const std::uint64_t, kCount> counts() const noexcept { return counts_; }  // not cumulative
  std::uint64_t count() const noexcept { return count_; }
  double sum() const noexcept { return sum_; }

 private:
  std::array<double, kCount> bounds_;
  std::array<std::uint64_t, kCount> counts_{};
  std::uint64_t count_ = 0;
  double sum_ = 0;
};

// Seconds. A decision takes microseconds, a handover up to 20 ms, what guests need up to seconds.
using SwitchHistogram = Histogram<12>;
inline constexpr std::array<double, 12> kSwitchBounds{2e-6, 5e-6, 10e-6, 20e-6, 50e-6, 100e-6,
                                                      1e-3, 5e-3, 10e-3, 21e-3, 50e-3, 0.1};
using DataHistogram = Histogram<13>;
inline constexpr std::array<double, 13> kDataBounds{100e-6, 1e-3, 5e-3, 10e-3, 25e-3, 50e-3, 0.1,
                                                    0.25,   0.5,  1,    2.5,   5,     10};
using PacketHistogram = Histogram<8>;
inline constexpr std::array<double, 8> kPacketBounds{0, 1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};

struct FailoverTotals {
  SwitchHistogram evidence_to_decision{kSwitchBounds};  // those that a packet brought
  SwitchHistogram evidence_to_move{kSwitchBounds};      // likewise: until data goes to the new owner
  DataHistogram evidence_to_first_packet{kDataBounds};  // likewise: that goes to the new owner
  DataHistogram gap{kDataBounds};                       // from the last packet to the old owner to that one
  PacketHistogram dropped{kPacketBounds};
};

}  // namespace vipswitch
