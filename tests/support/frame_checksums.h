#pragma once

// The Internet checksum computed from scratch, byte by byte, sharing nothing with vipswitch/checksum.h: what
// the product computes or updates incrementally is judged by this.

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tests/support/frame.h"
#include "vipswitch/address.h"

namespace vipswitch::testing {

// RFC 1071: the complement of the one's-complement sum of big-endian 16-bit words, in host order. An odd last
// byte counts as if a zero followed it. 0 over data that includes a correct checksum field.
std::uint16_t internet_checksum(std::span<const std::uint8_t> bytes);

// The same with {source, destination, 0, protocol, length of bytes} before the bytes (RFC 9293 3.1).
std::uint16_t internet_checksum(Ipv4 source, Ipv4 destination, std::uint8_t protocol,
                                std::span<const std::uint8_t> bytes);

// With the pseudo-header of IPv6 (RFC 8200 8.1).
std::uint16_t internet_checksum(const Ipv6& source, const Ipv6& destination, std::uint8_t next_header,
                                std::span<const std::uint8_t> bytes);

// Where the checksum stands in the header of TCP, UDP, UDP-Lite, DCCP, ICMP or ICMPv6.
std::optional<std::size_t> l4_checksum_field(std::uint8_t protocol);

struct ChecksumReport {
  std::vector<std::string> verified;  // every field that was there to look at, in order: "ipv4", "udp", ...
  std::vector<std::string> wrong;     // what is wrong, one sentence each

  bool ok() const { return wrong.empty(); }
};

std::ostream& operator<<(std::ostream& out, const ChecksumReport& report);

// Looks at every checksum of the frame: the IPv4 header's, then TCP, UDP, UDP-Lite, DCCP, ICMP, ICMPv6 or
// VRRP (in any form that routers in the field send; behind AH too), and those of the packet that an ICMP
// error quotes ("quoted ipv4", ...) as far as it is whole. A UDP checksum of 0 was not computed, and
// fragments carry no whole segment: neither is looked at. A frame too short for its own headers is reported
// as wrong. Frames without a checksum (ARP) verify nothing.
ChecksumReport verify_checksums(std::span<const std::uint8_t> frame);

}  // namespace vipswitch::testing
