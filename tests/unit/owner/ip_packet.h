#pragma once

// The IPv4 packet of a frame as parse_vrrp() takes it, its payload in a heap block of exactly its size, so
// that a sanitizer sees every byte read beyond it.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>

#include "dataplane/owner/vrrp.h"
#include "tests/support/frame.h"

namespace vipswitch::owner {

class IpPacket {
 public:
  static constexpr std::size_t kEthernetSize = 14, kMinHeaderSize = 20;

  explicit IpPacket(const vipswitch::testing::Frame& frame) {
    if (frame.size() < kEthernetSize + kMinHeaderSize) throw std::invalid_argument("no IPv4 packet");
    const std::uint8_t* ip = frame.data() + kEthernetSize;
    const std::size_t header_size = (ip[0] & 0xfu) * 4u;
    const std::size_t total_size = ip[2] * 256u + ip[3];
    if (total_size < header_size || total_size > frame.size() - kEthernetSize) {
      throw std::invalid_argument("IPv4 lengths do not fit the frame");
    }
    packet_.source = {ip[12], ip[13], ip[14], ip[15]};
    packet_.destination = {ip[16], ip[17], ip[18], ip[19]};
    packet_.ttl = ip[8];
    packet_.protocol = ip[9];
    set_payload({ip + header_size, total_size - header_size});
  }

  const VrrpPacket& get() const { return packet_; }

  IpPacket cut_to(std::size_t size) const { return IpPacket(packet_, packet_.payload.first(size)); }

  IpPacket with_ttl(std::uint8_t ttl) const {
    IpPacket copy(packet_, packet_.payload);
    copy.packet_.ttl = ttl;
    return copy;
  }

  IpPacket with_flipped_bit(std::size_t bit) const {
    IpPacket copy(packet_, packet_.payload);
    copy.payload_[bit / 8] = static_cast<std::uint8_t>(copy.payload_[bit / 8] ^ (1u << (bit % 8)));
    return copy;
  }

 private:
  IpPacket(const VrrpPacket& packet, std::span<const std::uint8_t> payload) : packet_(packet) {
    set_payload(payload);
  }

  void set_payload(std::span<const std::uint8_t> bytes) {
    payload_ = std::make_unique<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), payload_.get());
    packet_.payload = {payload_.get(), bytes.size()};
  }

  VrrpPacket packet_{};
  std::unique_ptr<std::uint8_t[]> payload_;
};

}  // namespace vipswitch::owner
