#include "dataplane/stage/resolve.h"

#include <algorithm>
#include <cstring>
#include <rte_prefetch.h>

#include "dataplane/burst_lookup.h"
#include "dataplane/dhcp_answer.h"
#include "dataplane/echo.h"
#include "dataplane/mss_clamp.h"
#include "dataplane/owner_report.h"
#include "dataplane/rewrite.h"
#include "dataplane/vrrp_packet.h"

namespace vipswitch::stage {
namespace {

enum class Hop : std::uint8_t { kBridged, kRouted };

// Whether the source means nothing beyond its link (RFC 1812 5.3.7, RFC 3927 2.7; RFC 4291 2.5.2, 2.5.6). The
// port's own addresses do: no subnet has such.
[[gnu::always_inline]] inline bool has_unroutable_source(const Packet& packet) noexcept {
  if (packet.source_index != kNoSource) [[likely]]
    return false;
  if (packet.kind == PacketKind::kIpv4)
    return packet.source.is_unspecified() || packet.source.is_link_local();
  const Ipv6 source = packet.ipv6().source;
  return source.is_link_local() || source.is_unspecified();
}

// TTL and source MAC of what crosses the gateway. What nat has translated had its TTL decremented there: all
// that comes from the uplink.
template <PortRole kFrom>
[[gnu::always_inline]] inline void route_through_gateway(Packet& packet) noexcept {
  if (kFrom == PortRole::kVm && !packet.is_hairpin) {
    if (has_unroutable_source(packet)) [[unlikely]]
      return packet.drop(DropReason::unroutable_source);
    if (hop_limit(packet) <= 1) return packet.drop(DropReason::ttl_exceeded);
    decrement_hop_limit(packet);
  }
  packet.ethernet().source = kGatewayMac;
}

[[gnu::noinline]] void look_at_received(const PortRow& port, const Batch& batch, Packet& packet) noexcept {
  if (drops(port.vrrp_filter, VrrpFilter::kOut) && is_vrrp(packet))
    return packet.drop(DropReason::vrrp_filtered);
  if (port.clamps_mss) clamp_mss(packet, std::min(port.mtu, batch.ingress->mtu));
}

// What comes from the uplink is IP, and goes through the gateway.
template <PortRole kFrom>
[[gnu::always_inline]] inline void deliver_to_port(const WorkerState& worker, const Batch& batch,
                                                   Packet& packet, PortId id, Hop hop,
                                                   const Mac* virtual_mac) noexcept {
  const PortRow* port = worker.tables.ports.of_known(id);
  if (port == nullptr) return packet.drop(DropReason::port_gone);
  if constexpr (kFrom == PortRole::kUplink) {
    route_through_gateway<kFrom>(packet);
  } else {
    if (port->id == batch.ingress->id && !packet.is_hairpin) return packet.drop(DropReason::hairpin);
    if (hop == Hop::kRouted || port->subnet != batch.ingress->subnet) {
      if (packet.is_ip()) route_through_gateway<kFrom>(packet);
      if (!packet.is_pending()) return;
    }
  }
  packet.ethernet().destination = virtual_mac != nullptr ? *virtual_mac : port->mac;
  if (port->looks_at_received) [[unlikely]] {
    look_at_received(*port, batch, packet);
    if (!packet.is_pending()) return;
  }
  packet.egress = id;
  packet.verdict = packet.l3_size <= port->mtu ? Verdict::kForward : Verdict::kTooLong;
}

// Those of a burst are told together: the line is every worker's.
void tell_unowned(WorkerState& worker) noexcept {
  if (worker.unowned_count == 0) return;
  worker.tables.havips.warm(worker.unowned)
      .dropped.fetch_add(worker.unowned_count, std::memory_order_relaxed);
  worker.unowned_count = 0;
}

[[gnu::noinline]] void drop_without_owner(WorkerState& worker, HavipId id, Packet& packet) noexcept {
  if (worker.unowned != id) tell_unowned(worker);
  worker.unowned = id;
  ++worker.unowned_count;
  packet.drop(DropReason::havip_no_owner);
}

// Tells the first packet that follows a word, unless another worker has.
[[gnu::noinline]] void note_first_delivery(WorkerState& worker, const Batch& batch, HavipId id,
                                           OwnerWord owner) noexcept {
  std::uint64_t watched = owner.raw();
  const bool is_first = worker.tables.havips.owner(id).compare_exchange_strong(
      watched, owner.unwatched().raw(), std::memory_order_acq_rel, std::memory_order_relaxed);
  if (!is_first) return;
  tell_unowned(worker);
  report_first_delivery(worker, id, owner, batch.received_tsc);
}

// For the clock of failovers.
void note_delivery(WorkerState& worker, const Batch& batch, const Packet& packet, HavipId id,
                   OwnerWord owner) noexcept {
  if (packet.verdict == Verdict::kDrop) return;
  worker.recent.note(id, batch.delivery_stamp);
  if (owner.is_watched()) note_first_delivery(worker, batch, id, owner);
}

// The owner has just got the data, or takes it at a virtual MAC.
template <PortRole kFrom>
[[gnu::noinline]] void deliver_with_care(WorkerState& worker, const Batch& batch, Packet& packet, HavipId id,
                                         OwnerWord owner, Hop hop) noexcept {
  if (owner.has_virtual_mac()) {
    const HavipRow* row = worker.tables.havips.row(id);
    if (row == nullptr) return drop_without_owner(worker, id, packet);
    const Mac virtual_mac = row->is_ipv6 ? Mac::vrrp_ipv6(owner.vrid()) : Mac::vrrp_ipv4(owner.vrid());
    deliver_to_port<kFrom>(worker, batch, packet, owner.port(), hop, &virtual_mac);
  } else {
    deliver_to_port<kFrom>(worker, batch, packet, owner.port(), hop, nullptr);
  }
  note_delivery(worker, batch, packet, id, owner);
}

template <PortRole kFrom>
[[gnu::always_inline]] inline void deliver_to_havip(WorkerState& worker, const Batch& batch, Packet& packet,
                                                    HavipId id, Hop hop) noexcept {
  const OwnerWord owner = worker.tables.havips.owner_word(id);
  if (owner.is_plain_local()) [[likely]] {
    deliver_to_port<kFrom>(worker, batch, packet, owner.port(), hop, nullptr);
    if (packet.verdict != Verdict::kDrop) worker.recent.note(id, batch.delivery_stamp);
  } else if (owner.is_local()) {
    deliver_with_care<kFrom>(worker, batch, packet, id, owner, hop);
  } else {
    drop_without_owner(worker, id, packet);
  }
}

// A client that renews its lease asks the gateway, which is its server, alone.
[[gnu::noinline]] void deliver_to_gateway(WorkerState& worker, const PortRow& ingress,
                                          Packet& packet) noexcept {
  if (answer_echo(packet, kGatewayMac)) {
    packet.verdict = Verdict::kAnswer;
    return;
  }
  const bool asks_dhcp = ingress.role == PortRole::kVm && is_to_dhcp_server(packet) &&
                         (!packet.target.exists() || packet.target.subnet() == ingress.subnet);
  if (asks_dhcp && serve_dhcp(worker, ingress, packet)) return;
  packet.drop(DropReason::not_for_gateway);
}

template <PortRole kFrom>
[[gnu::always_inline]] inline void deliver(WorkerState& worker, const Batch& batch, Packet& packet,
                                           Hop hop) noexcept {
  const EndpointKind kind = packet.target.kind();
  if (kFrom == PortRole::kVm && kind == EndpointKind::kPort) [[likely]]  // first, before HAVIPs and gateways
    return deliver_to_port<kFrom>(worker, batch, packet, packet.target.port(), hop, nullptr);
  switch (kind) {
    case EndpointKind::kPort:
      return deliver_to_port<kFrom>(worker, batch, packet, packet.target.port(), hop, nullptr);
    case EndpointKind::kHavip:
      return deliver_to_havip<kFrom>(worker, batch, packet, packet.target.havip(), hop);
    case EndpointKind::kGateway:
      return deliver_to_gateway(worker, *batch.ingress, packet);
    case EndpointKind::kNone:
      return packet.drop(DropReason::unknown_destination);
  }
}

bool is_for_gateway_link_local(const Packet& packet) noexcept {
  return packet.kind == PacketKind::kIpv6 && packet.ipv6().destination.get() == kGatewayLinkLocal;
}

// 00:00:5e:00:01:VRID of IPv4 and 00:00:5e:00:02:VRID of IPv6 (RFC 9568 7.3).
bool is_vrrp_mac(const Mac& mac) noexcept {
  static constexpr std::uint8_t kPrefix[] = {0x00, 0x00, 0x5e, 0x00};
  const auto& bytes = mac.bytes();
  return std::memcmp(bytes.data(), kPrefix, sizeof kPrefix) == 0 && (bytes[4] == 1 || bytes[4] == 2);
}

// To the owner of the group, which is a router for addresses that are not the group's own.
[[gnu::noinline]] void deliver_to_group(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const Mac mac = packet.ethernet().destination;
  const std::uint8_t vrid = mac.bytes()[5];
  const SubnetRow* subnet = worker.tables.subnets.find(batch.ingress->subnet);
  if (subnet == nullptr || subnet->groups == nullptr) return packet.drop(DropReason::unknown_mac);
  const bool is_ipv4 = mac == Mac::vrrp_ipv4(vrid);
  const HavipId havip = is_ipv4 ? subnet->groups->holder<Ipv4>(vrid) : subnet->groups->holder<Ipv6>(vrid);
  if (!havip.is_valid() || !is_havip_of(worker.tables, subnet->id, havip))
    return packet.drop(DropReason::unknown_mac);
  const OwnerWord owner = worker.tables.havips.owner_word(havip);
  if (!owner.is_local()) return drop_without_owner(worker, havip, packet);
  if (!owner.has_virtual_mac() || owner.vrid() != vrid) return packet.drop(DropReason::unknown_mac);
  deliver_to_port<PortRole::kVm>(worker, batch, packet, owner.port(), Hop::kBridged, &mac);
  note_delivery(worker, batch, packet, havip, owner);
}

[[gnu::noinline]] void deliver_by_mac(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const Mac& destination = packet.ethernet().destination;
  if (destination == kGatewayMac) {
    if (is_for_gateway_link_local(packet)) return deliver_to_gateway(worker, *batch.ingress, packet);
    return packet.drop(packet.is_ip() ? DropReason::unknown_destination : DropReason::not_for_gateway);
  }
  const EndpointRef endpoint(worker.tables.macs.lookup(MacKey(batch.ingress->subnet, destination)));
  if (endpoint.kind() == EndpointKind::kHavip) {  // the stable MAC of an IPv6 one
    packet.target = endpoint;
    return deliver_to_havip<PortRole::kVm>(worker, batch, packet, endpoint.havip(), Hop::kBridged);
  }
  if (is_switch_mac(destination)) {
    const Ipv4 address = address_of_stable_mac(destination);
    const EndpointRef havip = worker.tables.ipv4.lookup_endpoint(batch.ingress->vpc, address);
    if (havip.kind() != EndpointKind::kHavip ||
        !is_havip_of(worker.tables, batch.ingress->subnet, havip.havip()) ||
        destination != stable_mac(address)) {
      return packet.drop(DropReason::unknown_mac);
    }
    packet.target = havip;
    return deliver_to_havip<PortRole::kVm>(worker, batch, packet, havip.havip(), Hop::kBridged);
  }
  if (endpoint.kind() == EndpointKind::kPort)
    return deliver_to_port<PortRole::kVm>(worker, batch, packet, endpoint.port(), Hop::kBridged, nullptr);
  if (is_vrrp_mac(destination)) return deliver_to_group(worker, batch, packet);
  packet.drop(DropReason::unknown_mac);
}

// For all or some of the subnet.
[[gnu::noinline]] void resolve_group(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  if (is_to_dhcp_server(packet) && serve_dhcp(worker, *batch.ingress, packet)) return;
  PortLane* lane = worker.lane(batch.ingress->id);
  if (!packet.is_claim && lane != nullptr && !lane->flood.take(worker.now_ms))
    return packet.drop(DropReason::flood_rate);
  packet.verdict = Verdict::kFlood;
}

void resolve_from_vm(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  if (!packet.target.exists()) return deliver_by_mac(worker, batch, packet);
  const Mac& destination = packet.ethernet().destination;
  if (destination == kGatewayMac) return deliver<PortRole::kVm>(worker, batch, packet, Hop::kRouted);
  // A HAVIP's data goes to its owner whatever the MAC; other addresses may have a VM for their router.
  if (is_vrrp_mac(destination) && packet.target.kind() != EndpointKind::kHavip) [[unlikely]]
    return deliver_to_group(worker, batch, packet);
  deliver<PortRole::kVm>(worker, batch, packet, Hop::kBridged);
}

// The row and the lane of the ports that packets go to: under way into the cache when their turn comes.
class Receivers {
 public:
  explicit Receivers(const WorkerState& worker) noexcept
      : rows_(worker.tables.ports.places()), lanes_(worker.lanes.get()) {}

  // Where prefetch() finds them, with more ports than the caches hold.
  void prefetch_places(PortId port) const noexcept {
    rte_prefetch0(rows_ + port.value());
    rte_prefetch0(lanes_ + port.value());
  }
  void prefetch(PortId port) const noexcept {
    rte_prefetch0(rows_[port.value()].load(std::memory_order_relaxed));
    rte_prefetch0(lanes_[port.value()].load(std::memory_order_relaxed));
  }

 private:
  // By value: after an acquiring load the compiler would read them anew.
  const std::atomic<const PortRow*>* rows_;
  const std::atomic<PortLane*>* lanes_;
};

// Sets Packet::target of the pending unicast IP packets of one family whose destination is an endpoint of the
// VPC. Those that nat sends to a next hop have theirs.
template <class Address>
void lookup_endpoints(const WorkerState& worker, Batch& batch) noexcept {
  using EndpointTable = LookupTable<EndpointKey<Address>>;
  const EndpointTable& endpoints = worker.tables.of<Address>().endpoints;
  const Receivers receivers(worker);
  const VpcId vpc = batch.ingress->vpc;
  const auto key_of = [vpc](const Packet& packet) {
    return EndpointKey<Address>(vpc, packet.destination_of<Address>());
  };
  BurstLookup lookup(endpoints);
  for (Packet& packet : batch) {
    if (!packet.is_pending_unicast_of<Address>() || packet.target.exists()) continue;
    lookup.add(packet, key_of(packet));
  }
  lookup.finish([&](Packet& packet, const typename EndpointTable::Entry& candidate) {
    const EndpointRef target(endpoints.value(key_of(packet), candidate));
    packet.target = target;
    if (target.kind() == EndpointKind::kPort) receivers.prefetch(target.port());
  });
}

// The same of all that lookups alone tell, HAVIPs' owners too, in two steps. With more ports than the caches
// hold that is most of what a packet takes. What goes by MAC is not known yet.
void prefetch_receivers(const WorkerState& worker, Batch& batch) noexcept {
  const Receivers receivers(worker);
  const std::atomic<std::uint64_t>* const owners = worker.tables.havips.owners();
  std::uint32_t ports[kMaxBurst];
  unsigned count = 0;
  for (const Packet& packet : batch) {
    if (!packet.is_pending()) continue;
    PortId port;
    if (packet.target.kind() == EndpointKind::kHavip) {
      const OwnerWord owner(owners[packet.target.havip().value()].load(std::memory_order_acquire));
      if (!owner.is_local()) continue;
      port = owner.port();
    } else if (packet.target.kind() == EndpointKind::kPort) {
      port = packet.target.port();
    } else {
      continue;
    }
    receivers.prefetch_places(port);
    ports[count++] = port.value();
  }
  for (unsigned i = 0; i < count; ++i) receivers.prefetch(PortId(ports[i]));
}

}  // namespace

void resolve(WorkerState& worker, Batch& batch) noexcept {
  // Before the first owner word is read: whatever is committed later is noticed (pipeline.cpp).
  batch.delivery_stamp = RecentDeliveries::stamp(batch.received_tsc);
  batch.owner_epoch = worker.tables.havips.owner_epoch().load(std::memory_order_acquire);
  const bool from_vm = batch.ingress->role == PortRole::kVm;
  if (from_vm && batch.has_others_than_ipv6()) lookup_endpoints<Ipv4>(worker, batch);
  if (from_vm && batch.has_ipv6()) lookup_endpoints<Ipv6>(worker, batch);
  if (worker.tables.ports.capacity() > kPortsInCache) prefetch_receivers(worker, batch);
  if (from_vm) {
    for (Packet& packet : batch) {
      if (packet.is_pending_unicast()) [[likely]] {
        resolve_from_vm(worker, batch, packet);
      } else if (packet.is_pending()) {
        resolve_group(worker, batch, packet);
      }
    }
  } else {
    for (Packet& packet : batch) {
      if (packet.is_pending()) deliver<PortRole::kUplink>(worker, batch, packet, Hop::kRouted);
    }
  }
  tell_unowned(worker);
}

}  // namespace vipswitch::stage
