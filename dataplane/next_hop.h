#pragma once

// Next hops on the provider network: their MACs, and what workers tell control about them (design: forwarding
// 3, "Underlay").

#include "dataplane/worker_state.h"

namespace vipswitch {

// Tells control that a packet from `ingress` wants the MAC of a next hop, at a rate bounded for each port.
template <class Address>
void report_missing(WorkerState& worker, PortId ingress, const UplinkRow& uplink, Address next_hop) noexcept;

// The MAC that packets to `destination` go to, for put_mac(); 0 while it is not known, which control is told.
// The address by value: of what has a reference, every packet would be in memory.
template <class Address>
std::uint64_t look_for_next_hop(WorkerState& worker, PortId ingress, const UplinkRow& uplink,
                                Address destination) noexcept;

// The same, inlined for what goes by a gateway that is known.
template <class Address>
[[gnu::always_inline]] inline std::uint64_t next_hop_mac(WorkerState& worker, PortId ingress,
                                                         const UplinkRow& uplink,
                                                         Address destination) noexcept {
  const auto& side = uplink.of<Address>();
  const std::uint64_t gateway = mac_to_value(side.gateway_mac);
  if (!side.is_on_link(destination) && gateway != kZeroMacValue) [[likely]]
    return gateway;
  return look_for_next_hop(worker, ingress, uplink, destination);
}

// The MAC that the tables have for the neighbour; zero if none.
template <class Address>
Mac neighbour_mac(const WorkerState& worker, const UplinkRow& uplink, const Address& address) noexcept;

// Tells control the MAC of a neighbour, which an ARP or neighbour discovery of the uplink has named: at a
// bounded rate, since anybody on the provider network can speak. The gateway has a rate of its own.
template <class Address>
void report_neighbour(WorkerState& worker, const UplinkRow& uplink, const Address& address,
                      const Mac& mac) noexcept;

}  // namespace vipswitch
