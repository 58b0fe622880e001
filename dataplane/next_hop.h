#pragma once

// Next hops on the provider network: their MACs, and what workers tell control about them (design: forwarding
// 3, "Underlay").

#include "dataplane/worker_state.h"

namespace vipswitch {

// The MAC that packets to `destination` go to; zero while it is not known, which control is told.
template <class Address>
Mac next_hop_mac(WorkerState& worker, const UplinkRow& uplink, const Address& destination) noexcept;

// Whether `mac` is what the tables have for the neighbour.
template <class Address>
bool is_known_neighbour(const WorkerState& worker, const UplinkRow& uplink, const Address& address,
                        const Mac& mac) noexcept;

// Tells control the MAC of a neighbour.
template <class Address>
void report_neighbour(WorkerState& worker, const Address& address, const Mac& mac) noexcept;

}  // namespace vipswitch
