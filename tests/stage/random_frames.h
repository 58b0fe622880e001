#pragma once

// Random packets and frames for the property tests. A generator is its seed: the same frames in every run.

#include <cstdint>
#include <random>
#include <vector>

#include "tests/support/frame.h"
#include "vipswitch/address.h"

namespace vipswitch::testing {

class RandomFrames {
 public:
  explicit RandomFrames(std::uint64_t seed) : engine_(seed) {}

  // From the interval, ends included.
  unsigned number(unsigned least, unsigned most) {
    return std::uniform_int_distribution<unsigned>(least, most)(engine_);
  }
  bool one_in(unsigned n) { return number(1, n) == 1; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[number(0, static_cast<unsigned>(choices.size()) - 1)];
  }
  std::vector<std::uint8_t> bytes(std::size_t size);

  // A host somewhere on the internet: no private, special or documentation range is left to meet others'.
  Ipv4 internet_host();

  // Any IPv4 packet: of every protocol, with options, as a fragment, padded, short; its L4 checksum right,
  // wrong, absent, its header's wrong now and then.
  Frame ipv4_packet(const Mac& destination_mac, const Mac& source_mac, Ipv4 source, Ipv4 destination);

  // A copy with bits flipped, bytes set, ends cut or grown, or a part of `other` put in its place.
  Frame mutated(const Frame& frame, const Frame& other);

 private:
  void set_l4_checksum(std::vector<std::uint8_t>& segment, std::uint8_t protocol, Ipv4 source,
                       Ipv4 destination);

  std::mt19937_64 engine_;
};

}  // namespace vipswitch::testing
