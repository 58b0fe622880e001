#pragma once

// When a worker last sent a packet to the owner of a HAVIP: for the clock of failovers, which wants the last
// one that the owner of before got.
//
// Shape: a direct-mapped table of kPlaces words; a HAVIP whose place another one has taken since is not
// known. A word has bits 10-23 of the slot's number below and bits 6-55 of the time stamp counter above:
// exact to 64 cycles. Written by its worker for every packet to a HAVIP (one store); read by the worker that
// commits a change of owner, relaxed: a packet of this very moment may be missed.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "vipswitch/ids.h"

namespace vipswitch {

class RecentDeliveries {
 public:
  static constexpr std::size_t kPlaces = 1024;

  // The part of a word that all packets of a burst share.
  static constexpr std::uint64_t stamp(std::uint64_t received_tsc) noexcept {
    return received_tsc << 8 & ~kSlotMask;
  }
  void note(HavipId havip, std::uint64_t stamp) noexcept {
    places_[havip.value() % kPlaces].store(stamp | tag(havip), std::memory_order_relaxed);
  }
  // When the burst with the last packet was received; 0: not known.
  std::uint64_t last_tsc(HavipId havip, std::uint64_t now_tsc) const noexcept {
    const std::uint64_t word = places_[havip.value() % kPlaces].load(std::memory_order_relaxed);
    if (word == 0 || (word & kSlotMask) != tag(havip)) return 0;
    // Cores' counters may differ by a little: signed.
    const auto ago = static_cast<std::int64_t>(stamp(now_tsc) - (word & ~kSlotMask)) >> 8;
    return now_tsc - static_cast<std::uint64_t>(ago);
  }

 private:
  static constexpr std::uint64_t kSlotMask = 0x3fff;

  static constexpr std::uint64_t tag(HavipId havip) noexcept { return havip.value() / kPlaces & kSlotMask; }

  std::array<std::atomic<std::uint64_t>, kPlaces> places_{};
};

}  // namespace vipswitch
