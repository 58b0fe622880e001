#pragma once

// guard (VM ports): a port may speak only as itself and as the HAVIPs bound to it (design: forwarding 1.1,
// owner learning 4). Sets Packet::source_index.
//
//   source MAC   the port's; or 00:00:5e:00:01:VRID (IPv6: 02) from a port bound to a HAVIP, in a VRRP
//                advert of that VRID, in ARP that speaks for a bound HAVIP, or in data once the port's own
//                claims used that MAC
//   source IPv4  the port's, a bound HAVIP; 0.0.0.0 for DHCP and IGMP; any other in what a port passes on
//                that `forwards`
//   ARP sender   likewise; 0.0.0.0 for a probe (RFC 5227)
//
// What is uncommon of IPv6 is judged by guard_ipv6.h. From the uplink, all but broadcast ARP and multicast
// neighbour discovery must be for its MAC (foreign_mac). Drops: spoofed_mac, spoofed_ip, spoofed_arp,
// arp_bad; claim_unbound, claim_gateway and claim_foreign where the address spoken for is a HAVIP of others,
// the gateway or another port's own.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

void guard(WorkerState& worker, Batch& batch) noexcept;

}  // namespace vipswitch::stage
