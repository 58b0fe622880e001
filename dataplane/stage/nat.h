#pragma once

// nat: EIP <-> inner address, 1:1 and stateless (design: forwarding 2).
//
//   from the uplink   destination is an EIP -> inner address, TTL - 1; Packet::target becomes the EIP's
//                     endpoint, and resolve finds the owner. The uplink's own addresses answer echo.
//   from a VM port    unicast to the gateway whose destination lies outside the VPC goes to the internet:
//                     source -> its EIP (found in the port's row, no lookup), TTL - 1, MACs of the next hop.
//                     From a HAVIP only its owner may.
//
// Drops: martian_source, unknown_eip, not_for_uplink, eip_unbound, no_eip, eip_not_owner, eip_rate,
// port_rate, ttl_exceeded, l4_truncated, icmp_link_scoped, icmp_bad_quote, no_uplink, next_hop_unresolved,
// unroutable, blackhole.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

void nat(WorkerState& worker, Batch& batch) noexcept;

}  // namespace vipswitch::stage
