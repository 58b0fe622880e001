#pragma once

// To which hosts of the provider network packets have gone lately, for one family: a flag for each hash of an
// address. Workers set it, control takes it back when it asks whether a neighbour is worth keeping. Of two
// addresses with one flag either may see what the other was used for: a neighbour stays longer than it must,
// or, if it is hardly used, is asked for once more.

#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "dataplane/fibonacci_hash.h"
#include "vipswitch/address.h"

namespace vipswitch {

class NeighbourUse {
 public:
  // Worker; the line is written once between two takes.
  template <class Address>
  void mark(const Address& address) const noexcept {
    std::atomic<bool>& flag = flags_[place_of(address)];
    if (!flag.load(std::memory_order_relaxed)) flag.store(true, std::memory_order_relaxed);
  }
  // Control: whether there was a packet since the last call.
  template <class Address>
  bool take(const Address& address) const noexcept {
    return flags_[place_of(address)].exchange(false, std::memory_order_relaxed);
  }

 private:
  static constexpr unsigned kBits = 12;

  static std::uint32_t place_of(Ipv4 address) noexcept { return fibonacci_hash<kBits>(address.host()); }
  static std::uint32_t place_of(const Ipv6& address) noexcept {
    std::uint64_t halves[2];
    std::memcpy(halves, address.bytes().data(), sizeof halves);
    return fibonacci_hash<kBits>(halves[0] ^ fibonacci_hash<32>(halves[1]));
  }

  mutable std::array<std::atomic<bool>, 1u << kBits> flags_{};
};

}  // namespace vipswitch
