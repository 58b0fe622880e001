#include "dataplane/next_hop.h"

namespace vipswitch {
namespace {

constexpr Ipv6 as_ipv6(Ipv4 address) noexcept {
  return Ipv6::mapped(address);
}
constexpr const Ipv6& as_ipv6(const Ipv6& address) noexcept {
  return address;
}

Event next_hop_event(const WorkerState& worker, EventKind kind, const Ipv6& address) noexcept {
  Event event{};
  event.kind = kind;
  event.worker = worker.id;
  event.address = address;
  event.at_ms = worker.now_ms;
  return event;
}

}  // namespace

template <class Address>
void report_missing(WorkerState& worker, PortId ingress, const UplinkRow& uplink, Address next_hop) noexcept {
  if (uplink.of<Address>().is_own_address(next_hop)) return;  // nobody else will answer for it
  PortLane* lane = worker.lane(ingress);
  if (lane == nullptr || !lane->next_hops.take(worker.now_ms)) return;
  Event event = next_hop_event(worker, EventKind::kNextHopMissing, as_ipv6(next_hop));
  event.from = ingress;
  worker.emit(event);
}

template <class Address>
std::uint64_t look_for_next_hop(WorkerState& worker, PortId ingress, const UplinkRow& uplink,
                                Address destination) noexcept {
  const auto& side = uplink.of<Address>();
  if (!side.is_on_link(destination) || destination == side.gateway) {
    if (!side.gateway_mac.is_zero()) return mac_to_value(side.gateway_mac);
    if (!side.gateway.is_unspecified()) report_missing(worker, ingress, uplink, side.gateway);
    return 0;
  }
  const auto& tables = worker.tables.of<Address>();
  const std::uint64_t mac = tables.neighbours.lookup(destination);
  if (mac == 0) {
    report_missing(worker, ingress, uplink, destination);
  } else {
    tables.neighbour_use.mark(destination);
  }
  return mac;
}

template <class Address>
Mac neighbour_mac(const WorkerState& worker, const UplinkRow& uplink, const Address& address) noexcept {
  const auto& side = uplink.of<Address>();
  if (address == side.gateway) return side.gateway_mac;
  const std::uint64_t mac = worker.tables.of<Address>().neighbours.lookup(address);
  return mac == 0 ? Mac() : value_to_mac(mac);
}

template <class Address>
void report_neighbour(WorkerState& worker, const UplinkRow& uplink, const Address& address,
                      const Mac& mac) noexcept {
  TokenBucket* budget = &worker.gateway_reports;
  if (address != uplink.of<Address>().gateway) {
    PortLane* lane = worker.lane(uplink.port);
    if (lane == nullptr) return;
    budget = &lane->next_hops;
  }
  if (!budget->take(worker.now_ms)) return;
  Event event = next_hop_event(worker, EventKind::kNextHopLearned, as_ipv6(address));
  event.mac = mac;
  worker.emit(event);
}

template void report_missing(WorkerState&, PortId, const UplinkRow&, Ipv4) noexcept;
template void report_missing(WorkerState&, PortId, const UplinkRow&, Ipv6) noexcept;
template std::uint64_t look_for_next_hop(WorkerState&, PortId, const UplinkRow&, Ipv4) noexcept;
template std::uint64_t look_for_next_hop(WorkerState&, PortId, const UplinkRow&, Ipv6) noexcept;
template Mac neighbour_mac(const WorkerState&, const UplinkRow&, const Ipv4&) noexcept;
template Mac neighbour_mac(const WorkerState&, const UplinkRow&, const Ipv6&) noexcept;
template void report_neighbour(WorkerState&, const UplinkRow&, const Ipv4&, const Mac&) noexcept;
template void report_neighbour(WorkerState&, const UplinkRow&, const Ipv6&, const Mac&) noexcept;

}  // namespace vipswitch
