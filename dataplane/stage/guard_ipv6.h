#pragma once

// The part of guard that judges IPv6 packets of VM ports, unless they are data from one of the port's
// addresses.
//
//   source IPv6  the port's, a bound HAVIP; link-local unless it is the gateway's or configured for others;
//                :: for duplicate address detection, router solicitation and MLD (RFC 4861, RFC 4862,
//                RFC 3810); any other in what a port passes on that `forwards`
//   ND target    of advertisements likewise; their MAC option the port's MAC or an allowed virtual one
//
// Drops: spoofed_ip, spoofed_nd, nd_bad, ra_guard; claim_unbound, claim_gateway and claim_foreign as for ARP.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

// Of packets that are from none of the port's addresses, or neighbour discovery; of others it says nothing.
void guard_uncommon_ipv6(WorkerState& worker, const PortRow& port, Packet& packet) noexcept;

// Whether the port may use 00:00:5e:00:02:VRID as source MAC of this IPv6 packet.
bool may_use_virtual_mac_ipv6(const WorkerState& worker, const PortRow& port, const Packet& packet,
                              std::uint8_t vrid) noexcept;

}  // namespace vipswitch::stage
