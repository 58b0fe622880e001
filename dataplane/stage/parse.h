#pragma once

// parse: one pass over Ethernet, 802.1Q, ARP, IPv4 and IPv6 that proves every length later stages rely on and
// fills in what they ask about a packet. Bytes are never read before their length is proven, and never
// written.
//
// After it, a pending packet is
//   kIpv4   header of at least 20 bytes with a right checksum (RFC 791 3.1, RFC 1812 5.2.2), total length
//           within the frame; the frame may be longer (padding) and is cut to the IP length nowhere
//   kIpv6   version and payload length right, extension headers walked (parse_ipv6.h)
//   kArp    28 bytes for Ethernet/IPv4 present; fields not judged yet
//   kOther  an Ethernet header is all that is known
// Drops: truncated, ipv4_bad_version, ipv4_bad_header_length, ipv4_bad_total_length, ipv4_bad_checksum,
// ipv6_bad_version, ipv6_bad_length, ipv6_bad_extensions, arp_bad; from the uplink also vlan_tagged and
// not_ip_or_arp.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

void parse(WorkerState& worker, Batch& batch) noexcept;

}  // namespace vipswitch::stage
