#pragma once

// How what a port says about a HAVIP of its own enters the election, whatever the family: announcements,
// answers to the switch's own questions, and mere hints (owner learning 2.2-2.4). VRRP adverts, which speak
// for several HAVIPs at once, are stage/snoop_vrrp's.

#include "dataplane/owner/delivery.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

// Marks the packet as a claim, which the port's flood rate does not hold back, within a rate of its own.
void claim_by_announcement(WorkerState& worker, const Batch& batch, HavipId havip, owner::Delivery delivery,
                           Packet& packet) noexcept;
// Sent to the gateway, which may have asked; `mac` is what it says the address is at.
void claim_by_answer(WorkerState& worker, const Batch& batch, HavipId havip, const Mac& mac) noexcept;
// Other ARP or neighbour discovery from the address, or data.
void claim_by_hint(WorkerState& worker, const Batch& batch, HavipId havip) noexcept;

// Whether the packet, of this family, is sent from a HAVIP that nobody is known to own.
template <class Address>
bool hints_at_owner(const WorkerState& worker, const PortRow& port, const Packet& packet) noexcept {
  const PortSources<Address>& sources = port.of<Address>();
  return sources.is_havip(packet.source_index) &&
         worker.tables.havips.owner_word(sources[packet.source_index].havip).location() ==
             OwnerLocation::kUnknown;
}

}  // namespace vipswitch
