#pragma once

// The IP packet of a frame as parse_vrrp() takes it, its payload in a heap block of exactly its size, so that
// a sanitizer sees every byte read beyond it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>

#include "dataplane/owner/vrrp.h"
#include "tests/support/frame.h"

namespace vipswitch::owner {

template <class Address>
class BasicIpPacket {
 public:
  explicit BasicIpPacket(const vipswitch::testing::Frame& frame) {
    if (frame.size() < kEthernetSize + kMinHeaderSize) throw std::invalid_argument("no IP packet");
    const std::uint8_t* ip = frame.data() + kEthernetSize;
    const std::size_t header_size = kIsIpv4 ? (ip[0] & 0xfu) * 4u : kMinHeaderSize;
    const std::size_t total_size = kIsIpv4 ? ip[2] * 256u + ip[3] : kMinHeaderSize + ip[4] * 256u + ip[5];
    if (total_size < header_size || total_size > frame.size() - kEthernetSize) {
      throw std::invalid_argument("IP lengths do not fit the frame");
    }
    const std::uint8_t* source = ip + (kIsIpv4 ? 12 : 8);
    std::memcpy(static_cast<void*>(&packet_.source), source, sizeof(Address));
    std::memcpy(static_cast<void*>(&packet_.destination), source + sizeof(Address), sizeof(Address));
    packet_.hop_limit = ip[kIsIpv4 ? 8 : 7];
    packet_.protocol = ip[kIsIpv4 ? 9 : 6];
    set_payload({ip + header_size, total_size - header_size});
  }

  const VrrpPacket<Address>& get() const { return packet_; }

  BasicIpPacket cut_to(std::size_t size) const { return BasicIpPacket(packet_, packet_.payload.first(size)); }

  BasicIpPacket with_ttl(std::uint8_t ttl) const {
    BasicIpPacket copy(packet_, packet_.payload);
    copy.packet_.hop_limit = ttl;
    return copy;
  }

  BasicIpPacket with_flipped_bit(std::size_t bit) const {
    BasicIpPacket copy(packet_, packet_.payload);
    copy.payload_[bit / 8] = static_cast<std::uint8_t>(copy.payload_[bit / 8] ^ (1u << (bit % 8)));
    return copy;
  }

 private:
  static constexpr bool kIsIpv4 = sizeof(Address) == 4;
  static constexpr std::size_t kEthernetSize = 14, kMinHeaderSize = kIsIpv4 ? 20 : 40;

  BasicIpPacket(const VrrpPacket<Address>& packet, std::span<const std::uint8_t> payload) : packet_(packet) {
    set_payload(payload);
  }

  void set_payload(std::span<const std::uint8_t> bytes) {
    payload_ = std::make_unique<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), payload_.get());
    packet_.payload = {payload_.get(), bytes.size()};
  }

  VrrpPacket<Address> packet_{};
  std::unique_ptr<std::uint8_t[]> payload_;
};

using IpPacket = BasicIpPacket<Ipv4>;
using Ip6Packet = BasicIpPacket<Ipv6>;

}  // namespace vipswitch::owner
