#include "dataplane/stage/nat.h"

#include "dataplane/rewrite.h"

namespace vipswitch::stage {
namespace {

using EipLookup = LookupTable<Ipv4Key>;
constexpr TimeMs kNextHopReportIntervalMs = 100;

void translate_in(const UplinkRow& uplink, Packet& packet, const EipRow* eip) noexcept {
  if (eip == nullptr) {
    if (uplink.is_own_address(packet.destination) && answer_echo(packet, uplink.mac)) {
      packet.verdict = Verdict::kAnswer;
      return;
    }
    return packet.drop(DropReason::unknown_eip);
  }
  if (!eip->inner.is_set) return packet.drop(DropReason::eip_unbound);
  if (packet.ipv4().ttl <= 1) return packet.drop(DropReason::ttl_exceeded);
  if (!translate(packet, Side::kDestination, eip->inner)) return packet.drop(DropReason::l4_truncated);
  packet.target = eip->target;
}

void from_uplink(const Tables& tables, const UplinkRow& uplink, Batch& batch) noexcept {
  Ipv4Key keys[EipLookup::kBulk];
  Packet* packets[EipLookup::kBulk];
  std::uint64_t rows[EipLookup::kBulk];
  Packet* next = batch.begin();
  while (next != batch.end()) {
    unsigned count = 0;
    for (; next != batch.end() && count < EipLookup::kBulk; ++next) {
      if (!next->is_pending() || next->kind != PacketKind::kIpv4) continue;
      keys[count] = Ipv4Key(next->destination);
      packets[count++] = next;
    }
    if (count == 0) break;
    tables.eips.lookup_bulk(keys, count, rows);
    for (unsigned i = 0; i < count; ++i) {
      translate_in(uplink, *packets[i], Tables::eip_row(rows[i]));
    }
  }
}

// Tells control that a next hop is wanted, at most every kNextHopReportIntervalMs.
void report_missing(WorkerState& worker, Ipv4 next_hop) noexcept {
  if (worker.now_ms - worker.next_hop_reported_ms < kNextHopReportIntervalMs) return;
  worker.next_hop_reported_ms = worker.now_ms;
  Event event{};
  event.kind = EventKind::kNextHopMissing;
  event.worker = worker.id;
  event.address = next_hop;
  event.at_ms = worker.now_ms;
  worker.emit(event);
}

// Zero while it is not known.
Mac next_hop_mac(WorkerState& worker, const UplinkRow& uplink, Ipv4 destination) noexcept {
  if (destination == uplink.gateway || !uplink.is_on_link(destination)) {
    if (uplink.gateway_mac.is_zero()) report_missing(worker, uplink.gateway);
    return uplink.gateway_mac;
  }
  const std::uint64_t value = worker.tables.neighbours.lookup(Ipv4Key(destination));
  if (value == 0) {
    report_missing(worker, destination);
    return {};
  }
  return value_to_mac(value);
}

// RFC 6890: "this network", loopback, link-local, and from 224.0.0.0 on multicast, reserved and broadcast.
constexpr bool is_unroutable(Ipv4 destination) noexcept {
  const std::uint32_t address = destination.host();
  return (address >> 24) == 0 || destination.is_loopback() || (address >> 16) == 0xa9fe ||
         (address >> 28) >= 0xe;
}

void translate_out(WorkerState& worker, const PortRow& port, Packet& packet) noexcept {
  if (is_unroutable(packet.destination)) return packet.drop(DropReason::unroutable);
  const UplinkRow* uplink = worker.tables.uplink.load(std::memory_order_acquire);
  if (uplink == nullptr) return packet.drop(DropReason::no_uplink);
  if (packet.source_index == kNoSource) return packet.drop(DropReason::no_eip);
  const PortSource& source = port.sources[packet.source_index];
  if (!source.eip.is_set) return packet.drop(DropReason::no_eip);
  if (source.havip.is_valid() && !worker.tables.havips.hot(source.havip).owner_word().is_port(port.id)) {
    return packet.drop(DropReason::eip_not_owner);
  }
  if (packet.ipv4().ttl <= 1) return packet.drop(DropReason::ttl_exceeded);
  const Mac next_hop = next_hop_mac(worker, *uplink, packet.destination);
  if (next_hop.is_zero()) return packet.drop(DropReason::next_hop_unresolved);
  if (!translate(packet, Side::kSource, source.eip)) return packet.drop(DropReason::l4_truncated);
  wire::Ethernet& ethernet = packet.ethernet();
  ethernet.destination = next_hop;
  ethernet.source = uplink->mac;
  packet.egress = uplink->port;
  packet.verdict = Verdict::kForward;
}

void from_vm(WorkerState& worker, const PortRow& port, Batch& batch) noexcept {
  const VpcRow* vpc = worker.tables.vpcs.find(port.vpc);
  if (vpc == nullptr) return;  // being removed: resolve finds no endpoint either
  for (Packet& packet : batch) {
    if (packet.is_pending() && packet.kind == PacketKind::kIpv4 && !packet.is_group &&
        !vpc->contains(packet.destination) && packet.ethernet().destination == kGatewayMac) {
      translate_out(worker, port, packet);
    }
  }
}

}  // namespace

void nat(WorkerState& worker, Batch& batch) noexcept {
  const PortRow& port = *batch.ingress;
  if (port.role == PortRole::kVm) return from_vm(worker, port, batch);
  const UplinkRow* uplink = worker.tables.uplink.load(std::memory_order_acquire);
  if (uplink != nullptr) return from_uplink(worker.tables, *uplink, batch);
  for (Packet& packet : batch) {
    if (packet.is_pending()) packet.drop(DropReason::no_uplink);
  }
}

}  // namespace vipswitch::stage
