#pragma once

// snoop: the packets that tell who has an address. From VM ports, VRRP adverts, ARP and neighbour
// advertisements become claims and run the election (design: owner learning 2 and 4); ARP requests and
// neighbour solicitations for what the switch knows are answered in their place (forwarding 1.2, owner
// learning 5.4 "Proxy"). From the uplink, ARP for EIPs is answered and the MACs of next hops are told to
// control. Data from a HAVIP that nobody is known to own hints at its owner. Other bursts pass at the cost of
// one test.
//
// Runs before resolve, so the data packets behind a claim in the same burst go to the new owner.
// Drops: claim_unbound, vrrp_guard, vrrp_src_spoof, vrrp_filtered, arp_unknown_target, arp_no_owner,
// arp_not_answered, nd_unknown_target, nd_no_owner, nd_not_answered, no_router, nd_bad, arp_bad, no_mbuf.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

void snoop(WorkerState& worker, Batch& batch) noexcept;

}  // namespace vipswitch::stage
