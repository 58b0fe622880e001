#pragma once

// Random packets and frames for the property tests. A generator is its seed: the same frames in every run.

#include <cstdint>
#include <random>
#include <vector>

#include "tests/support/frame.h"
#include "tests/support/packet_builder.h"
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
  Ipv6 internet_host6();

  // Any packet of the family: of every protocol, with options or extension headers, as a fragment, padded,
  // short; its L4 checksum right, wrong, absent, its header's wrong now and then. ICMP errors quote a packet
  // of the same kind from `destination` to `source`, now and then others, up to any byte. Of ICMPv6 without
  // what is of a link's own (neighbour discovery), without VRRP over IPv6.
  template <class Address>
  Frame packet(const Mac& destination_mac, const Mac& source_mac, const Address& source,
               const Address& destination);

  // A copy with bits flipped, bytes set, ends cut or grown, or a part of `other` put in its place.
  Frame mutated(const Frame& frame, const Frame& other);

 private:
  enum class Quotes : bool { kNo, kYes };

  PacketBuilder ip_packet(PacketBuilder builder, Ipv4 source, Ipv4 destination, Quotes quotes);
  PacketBuilder ip_packet(PacketBuilder builder, const Ipv6& source, const Ipv6& destination, Quotes quotes);
  template <class Address>
  std::vector<std::uint8_t> segment(std::uint8_t protocol, const Address& source, const Address& destination,
                                    Quotes quotes);
  template <class Address>
  std::vector<std::uint8_t> icmp_error(const Address& source, const Address& destination);
  template <class Address>
  void set_l4_checksum(std::vector<std::uint8_t>& segment, std::uint8_t protocol, const Address& source,
                       const Address& destination);
  std::uint8_t ttl();
  Frame padded(Frame frame);
  Ipv4 other_host(Ipv4) { return internet_host(); }
  Ipv6 other_host(const Ipv6&) { return internet_host6(); }

  std::mt19937_64 engine_;
};

}  // namespace vipswitch::testing
