#pragma once

// Frames by their words: what `trace packet` sends. Lengths and checksums are right. Numbers in host order.

#include <cstdint>
#include <optional>
#include <vector>

#include "vipswitch/ip_address.h"

namespace vipswitch {

using FrameBytes = std::vector<std::uint8_t>;

enum class FrameKind : std::uint8_t {
  kTcp,
  kUdp,
  kEcho,          // request
  kQuestion,      // ARP request or neighbour solicitation
  kAnnouncement,  // gratuitous ARP or unsolicited neighbour advertisement
  kVrrp,
};

// What is left out follows from the port that the frame comes from. The family is the destination's; that of
// the source and of the listed addresses is the same.
struct FrameSpec {
  FrameKind kind = FrameKind::kUdp;
  std::optional<Mac> source_mac = {};
  std::optional<Mac> destination_mac = {};
  std::optional<IpAddress> source = {};
  IpAddress destination;  // the address that is asked for or announced; VRRP: the group
  std::optional<std::uint8_t> ttl = {};
  std::uint16_t source_port = 40000;
  std::uint16_t destination_port = 80;
  std::uint16_t payload_bytes = 0;
  std::uint8_t vrid = 0, priority = 100, version = 3;  // VRRP
  std::vector<IpAddress> addresses = {};               // VRRP
};

// The MACs and the source of `spec` are there.
FrameBytes make_frame(const FrameSpec& spec);

}  // namespace vipswitch
