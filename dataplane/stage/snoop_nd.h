#pragma once

// The part of snoop that reads and answers IPv6 neighbour discovery (design: owner learning 2.3, 5.4 "Proxy"
// and "Guests' announcements"; forwarding 1.2 and 2).
//
//   solicitations          for ports, HAVIPs and gateways are answered in their place, never flooded
//   router solicitations   are answered by the gateway (router_advertisement.h)
//   advertisements         for a HAVIP are claims; what neighbours learn from them is its stable MAC

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

// A pending neighbour discovery packet of a VM port; guard has proven its form and what it speaks for.
void snoop_nd_of_vm(WorkerState& worker, const Batch& batch, Packet& packet) noexcept;

// A pending neighbour discovery packet of the uplink; nothing is proven but its lengths.
void snoop_nd_of_uplink(WorkerState& worker, const UplinkRow& uplink, Packet& packet) noexcept;

}  // namespace vipswitch::stage
