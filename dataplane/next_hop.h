#pragma once

// Next hops on the provider network: their MACs, and what workers tell control about them (design: forwarding
// 3, "Underlay").

#include "dataplane/worker_state.h"

namespace vipswitch {

// Tells control that a packet from `ingress` wants the MAC of a next hop, at a rate bounded for each port.
template <class Address>
void report_missing(WorkerState& worker, PortId ingress, const UplinkRow& uplink,
                    const Address& next_hop) noexcept;

// The MAC that packets to `destination` go to, for value_to_mac(); 0 while it is not known, which control is
// told.
template <class Address>
[[gnu::always_inline]] inline std::uint64_t next_hop_mac(WorkerState& worker, PortId ingress,
                                                         const UplinkRow& uplink,
                                                         const Address& destination) noexcept {
  const auto& side = uplink.of<Address>();
  if (!side.is_on_link(destination) || destination == side.gateway) {
    const std::uint64_t mac = mac_to_value(side.gateway_mac);
    if (mac != kZeroMacValue) [[likely]]
      return mac;
    if (!side.gateway.is_unspecified()) report_missing(worker, ingress, uplink, side.gateway);
    return 0;
  }
  const auto& tables = worker.tables.of<Address>();
  const std::uint64_t mac = tables.neighbours.lookup(destination);
  if (mac == 0) [[unlikely]] {
    report_missing(worker, ingress, uplink, destination);
  } else {
    tables.neighbour_use.mark(destination);
  }
  return mac;
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
