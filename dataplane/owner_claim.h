#pragma once

// How what a port says about a HAVIP of its own enters the election, whatever the family: announcements,
// answers to the switch's own questions, and mere hints (owner learning 2.2-2.4). VRRP adverts, which speak
// for several HAVIPs at once, are stage/snoop_vrrp's.

#include "dataplane/owner/delivery.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

// Marks the packet as a claim, which no flood rate holds back, unless it is beyond the rate of claims.
void claim_by_announcement(WorkerState& worker, const Batch& batch, HavipId havip, owner::Delivery delivery,
                           Packet& packet) noexcept;
// Sent to the gateway, which may have asked; `mac` is what it says the address is at.
void claim_by_answer(WorkerState& worker, const Batch& batch, HavipId havip, const Mac& mac) noexcept;
// Other ARP or neighbour discovery from the address, or data.
void claim_by_hint(WorkerState& worker, const Batch& batch, HavipId havip) noexcept;

// Whether nobody is known to own some HAVIP of the port, so that its data is worth a look.
bool seeks_owner(const WorkerState& worker, const PortRow& port) noexcept;

}  // namespace vipswitch
