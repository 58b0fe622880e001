#pragma once

// Frames by their words: what `trace packet` sends. Lengths and checksums are right. Numbers in host order.

#include <cstdint>
#include <optional>
#include <vector>

#include "vipswitch/address.h"

namespace vipswitch {

using FrameBytes = std::vector<std::uint8_t>;

enum class FrameKind : std::uint8_t { kTcp, kUdp, kEcho, kArpRequest, kArpAnnouncement, kVrrp };

// What is left out follows from the port that the frame comes from.
struct FrameSpec {
  FrameKind kind = FrameKind::kUdp;
  std::optional<Mac> source_mac = {};
  std::optional<Mac> destination_mac = {};
  std::optional<Ipv4> source = {};
  Ipv4 destination;  // ARP: the address that is asked for or announced
  std::optional<std::uint8_t> ttl = {};
  std::uint16_t source_port = 40000;
  std::uint16_t destination_port = 80;
  std::uint16_t payload_bytes = 0;
  std::uint8_t vrid = 0, priority = 100, version = 3;  // VRRP
  std::vector<Ipv4> addresses = {};                    // VRRP
};

// The MACs and the source of `spec` are there.
FrameBytes make_frame(const FrameSpec& spec);

}  // namespace vipswitch
