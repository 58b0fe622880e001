#pragma once

// resolve: destination -> port (design: forwarding 1.3-1.5). Unicast IP is steered by destination address,
// whatever the destination MAC, when the address is an endpoint of the VPC: one hash lookup; a HAVIP leads to
// its owner word. The rest goes by MAC within the subnet; a HAVIP's stable MAC leads to its owner, so that a
// HAVIP can be a next hop. Between subnets, and for what is sent to the gateway's MAC, TTL - 1. The gateway
// answers echo. Group MACs are flooded within the port's flood rate, which never costs a claim.
//
// Drops: havip_no_owner, unknown_destination, unknown_mac, not_for_gateway, unroutable_source, hairpin,
// flood_rate, ttl_exceeded, port_gone, dhcp_bad, dhcp_relayed, dhcp_foreign_client, no_mbuf,
// vrrp_filtered.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

void resolve(WorkerState& worker, Batch& batch) noexcept;

}  // namespace vipswitch::stage
