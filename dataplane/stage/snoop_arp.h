#pragma once

// The part of snoop that reads and answers ARP (design: owner learning 2.2, 5.4 "Proxy" and "Guests'
// announcements"; forwarding 1.2 and 2).

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

// A pending ARP packet of a VM port; guard has proven its form and its sender.
void snoop_arp_of_vm(WorkerState& worker, const Batch& batch, Packet& packet) noexcept;

// A pending ARP packet of the uplink; nothing is proven but its length.
void snoop_arp_of_uplink(WorkerState& worker, const UplinkRow& uplink, Packet& packet) noexcept;

}  // namespace vipswitch::stage
