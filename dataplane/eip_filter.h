#pragma once

// Whether an address can be an EIP of this switch, for one family: one bit for each hash of a /24 or /64. It
// is asked for every packet towards the internet, most of which go elsewhere, before the table of EIPs is.
// A bit that is set for another prefix costs a lookup.
//
// Control adds an EIP before workers find it and removes it when they no longer do; workers read.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "dataplane/dry_run.h"
#include "dataplane/fibonacci_hash.h"
#include "vipswitch/address.h"

namespace vipswitch {

class EipFilter {
 public:
  EipFilter() noexcept = default;
  // What `running` lets through; control.
  EipFilter(const EipFilter& running, DryRun) noexcept : counts_(running.counts_) {
    for (std::size_t i = 0; i < words_.size(); ++i)
      words_[i].store(running.words_[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
  }

  template <class Address>
  bool may_hold(const Address& address) const noexcept {
    const std::uint32_t bit = bit_of(address);
    return ((words_[bit / 64].load(std::memory_order_relaxed) >> (bit % 64)) & 1) != 0;
  }

  template <class Address>
  void add(const Address& address) noexcept {
    const std::uint32_t bit = bit_of(address);
    if (counts_[bit]++ == 0) words_[bit / 64].fetch_or(mask_of(bit), std::memory_order_release);
  }
  template <class Address>
  void remove(const Address& address) noexcept {
    const std::uint32_t bit = bit_of(address);
    if (--counts_[bit] == 0) words_[bit / 64].fetch_and(~mask_of(bit), std::memory_order_release);
  }

 private:
  static constexpr unsigned kBits = 12;

  static constexpr std::uint64_t mask_of(std::uint32_t bit) noexcept {
    return std::uint64_t{1} << (bit % 64);
  }
  static std::uint32_t bit_of(Ipv4 address) noexcept { return fibonacci_hash<kBits>(address.host() >> 8); }
  static std::uint32_t bit_of(const Ipv6& address) noexcept {
    std::uint64_t prefix;
    std::memcpy(&prefix, address.bytes().data(), sizeof prefix);
    return fibonacci_hash<kBits>(prefix);
  }

  std::array<std::atomic<std::uint64_t>, (1u << kBits) / 64> words_{};
  std::array<std::uint32_t, 1u << kBits> counts_{};  // of EIPs for each bit; control
};

}  // namespace vipswitch
