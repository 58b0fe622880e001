#pragma once

// Which VRRP groups have lately spoken for HAVIPs of a subnet, so that nobody else deposes their masters with
// adverts of the same group (owner learning 4, `vrrp_guard`). RFC 9568 7.1: a router takes any advert of its
// VRID.
//
// One bit for each VRID of each family. Workers set bits, nearly always ones that are set already, and read
// them; control ages them: a group that says nothing for one to two periods is forgotten.
//
// Of a group whose master uses its virtual MAC (RFC 9568 7.3) also one HAVIP that it speaks for: whoever owns
// that one takes what is for the MAC, as a router does (owner learning 5.4). 2 KiB.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "vipswitch/address.h"
#include "vipswitch/ids.h"
#include "vipswitch/time.h"

namespace vipswitch {

class HavipGroups {
 public:
  // Longer than the longest interval of an advert, 255 s.
  static constexpr TimeMs kPeriodMs = 300'000;

  // `Address`: of the family, Ipv4 or Ipv6.
  template <class Address>
  void hear(std::uint8_t vrid) noexcept {
    std::atomic<std::uint64_t>& word = lately_[index<Address>(vrid)];
    if ((word.load(std::memory_order_relaxed) & bit(vrid)) == 0)
      word.fetch_or(bit(vrid), std::memory_order_relaxed);
  }
  template <class Address>
  bool knows(std::uint8_t vrid) const noexcept {
    const std::size_t i = index<Address>(vrid);
    const std::uint64_t heard =
        lately_[i].load(std::memory_order_relaxed) | before_[i].load(std::memory_order_relaxed);
    return (heard & bit(vrid)) != 0;
  }
  template <class Address>
  void set_holder(std::uint8_t vrid, HavipId havip) noexcept {
    std::atomic<std::uint32_t>& holder = holders_[place<Address>(vrid)];
    if (holder.load(std::memory_order_relaxed) != havip.value() + 1)
      holder.store(havip.value() + 1, std::memory_order_relaxed);
  }
  // Invalid: no group of that number is known to use its virtual MAC. The HAVIP may be gone by now.
  template <class Address>
  HavipId holder(std::uint8_t vrid) const noexcept {
    return HavipId(holders_[place<Address>(vrid)].load(std::memory_order_relaxed) - 1);
  }
  // Control, once a period.
  void age() noexcept {
    for (std::size_t i = 0; i < kWords; ++i) {
      before_[i].store(lately_[i].exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
    }
  }

 private:
  static constexpr std::size_t kWordsOfFamily = 4, kWords = 2 * kWordsOfFamily;

  static constexpr std::size_t kVrids = 256;

  template <class Address>
  static constexpr std::size_t place(std::uint8_t vrid) noexcept {
    return (std::is_same_v<Address, Ipv6> ? kVrids : 0) + vrid;
  }
  template <class Address>
  static constexpr std::size_t index(std::uint8_t vrid) noexcept {
    return (std::is_same_v<Address, Ipv6> ? kWordsOfFamily : 0) + vrid / 64u;
  }
  static constexpr std::uint64_t bit(std::uint8_t vrid) noexcept { return std::uint64_t{1} << vrid % 64; }

  std::array<std::atomic<std::uint64_t>, kWords> lately_{}, before_{};
  std::array<std::atomic<std::uint32_t>, 2 * kVrids> holders_{};  // HavipId + 1; 0: none
};

}  // namespace vipswitch
