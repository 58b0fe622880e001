#include "dataplane/stage/tx.h"

#include "dataplane/fragmenter.h"
#include "dataplane/icmp_error.h"
#include "dataplane/observe/observation.h"
#include "dataplane/port_io.h"

namespace vipswitch::stage {
namespace {

void end_dropped(WorkerState& worker, const Batch& batch, rte_mbuf* mbuf, DropReason reason) noexcept {
  worker.counters.count(reason);
  if (PortLane* lane = worker.lane(batch.ingress->id); lane != nullptr) count(lane->counters.drops, reason);
  observe_drop(worker, batch.ingress->id, *mbuf, reason, CaptureDirection::kIn);
  rte_pktmbuf_free(mbuf);
}

void count_missing_copy(WorkerState& worker, PortId receiver) noexcept {
  worker.counters.count(DropReason::no_mbuf);
  if (PortLane* lane = worker.lane(receiver); lane != nullptr)
    count(lane->counters.tx_drops, DropReason::no_mbuf);
}

// The ports that a flood goes to, one after the other, without the one it came from.
class Receivers {
 public:
  static constexpr unsigned kMaxMembers = kMaxPortHavips * 10;

  void add(PortId port) noexcept {
    for (unsigned i = 0; i < count_; ++i) {
      if (ports_[i] == port) return;
    }
    if (count_ < kMaxMembers) ports_[count_++] = port;
  }
  const PortId* begin() const noexcept { return ports_; }
  const PortId* end() const noexcept { return ports_ + count_; }

 private:
  PortId ports_[kMaxMembers];
  unsigned count_ = 0;
};

template <class Address>
void add_members(const WorkerState& worker, const PortRow& port, std::uint32_t listed,
                 Receivers& receivers) noexcept {
  const PortSources<Address>& sources = port.of<Address>();
  for (std::uint8_t i = 0; i < sources.count; ++i) {
    if (((listed >> i) & 1) == 0 || !sources.is_havip(i)) continue;
    const HavipRow* havip = worker.tables.havips.hot(sources[i].havip).row.load(std::memory_order_acquire);
    if (havip == nullptr) continue;
    for (const PortId member : havip->ports) {
      if (member != port.id) receivers.add(member);
    }
  }
}

// The other ports bound to the HAVIPs that the advert lists, or to any HAVIP of the port's (owner
// learning 5.4 "VRRP adverts").
Receivers members(const WorkerState& worker, const Batch& batch, const Packet& packet) noexcept {
  Receivers receivers;
  const PortRow& port = *batch.ingress;
  const bool any = packet.listed_sources == kAllSources;
  if (any || packet.kind == PacketKind::kIpv4)
    add_members<Ipv4>(worker, port, packet.listed_sources, receivers);
  if (any || packet.kind == PacketKind::kIpv6)
    add_members<Ipv6>(worker, port, packet.listed_sources, receivers);
  return receivers;
}

// Copies the packet to every receiver but the last, which gets the packet itself.
template <class Ports>
void replicate(WorkerState& worker, const Batch& batch, Packet& packet, const Ports& ports) noexcept {
  PortId last;
  for (const PortId port : ports) {
    if (port == batch.ingress->id) continue;
    if (last.is_valid()) {
      rte_mbuf* copy = rte_pktmbuf_copy(packet.mbuf, worker.pool, 0, UINT32_MAX);
      worker.counters.replicated.add(1);
      if (copy != nullptr) {
        send_later(worker, last, copy);
      } else {
        count_missing_copy(worker, last);
      }
    }
    last = port;
  }
  if (!last.is_valid()) return end_dropped(worker, batch, packet.mbuf, DropReason::no_receiver);
  send_later(worker, last, packet.mbuf);
}

void flood_subnet(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const SubnetRow* subnet = worker.tables.subnets.find(batch.ingress->subnet);
  if (subnet == nullptr) return end_dropped(worker, batch, packet.mbuf, DropReason::no_receiver);
  replicate(worker, batch, packet, subnet->ports);
}

void end_too_long(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const PortRow* egress = worker.tables.ports.find(packet.egress);
  if (egress == nullptr) return end_dropped(worker, batch, packet.mbuf, DropReason::port_gone);
  if (!may_fragment(packet)) {
    tell_sender(worker, batch, packet, DropReason::mtu_exceeded, egress->mtu);
    return end_dropped(worker, batch, packet.mbuf, DropReason::mtu_exceeded);
  }
  const auto why_not = send_fragments(worker, packet, egress->mtu);
  if (why_not) return end_dropped(worker, batch, packet.mbuf, *why_not);
  packet.verdict = Verdict::kForward;  // for who counts what reached an old owner
}

void end_packet(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  switch (packet.verdict) {
    case Verdict::kForward:
      return send_later(worker, packet.egress, packet.mbuf);
    case Verdict::kAnswer:
      worker.counters.consumed.add(1);
      worker.counters.generated.add(1);
      return send_later(worker, batch.ingress->id, packet.mbuf);
    case Verdict::kTooLong:
      return end_too_long(worker, batch, packet);
    case Verdict::kFlood:
      return flood_subnet(worker, batch, packet);
    case Verdict::kFloodMembers:
      return replicate(worker, batch, packet, members(worker, batch, packet));
    case Verdict::kConsume:
      worker.counters.consumed.add(1);
      return rte_pktmbuf_free(packet.mbuf);
    case Verdict::kDrop:
    case Verdict::kPending:
      break;
  }
  tell_sender(worker, batch, packet, packet.reason);
  end_dropped(worker, batch, packet.mbuf, packet.reason);
}

}  // namespace

void tx(WorkerState& worker, Batch& batch) noexcept {
  for (Packet& packet : batch) end_packet(worker, batch, packet);
}

}  // namespace vipswitch::stage
