#include "dataplane/stage/tx.h"

#include <rte_prefetch.h>

#include "dataplane/fragmenter.h"
#include "dataplane/icmp_error.h"
#include "dataplane/observe/observation.h"
#include "dataplane/port_io.h"
#include "dataplane/vrrp_packet.h"

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

  // `held_for`: the HAVIP that the port is about to lose, so that it hears the advert later; invalid: none.
  void add(PortId port, HavipId held_for) noexcept {
    unsigned i = 0;
    while (i < count_ && ports_[i] != port) ++i;
    if (i == kMaxMembers) return;
    if (i == count_) {
      ports_[count_++] = port;
      held_for_[i] = HavipId();
    }
    if (held_for.is_valid()) held_for_[i] = held_for;
  }
  HavipId held_for(PortId port) const noexcept {
    for (unsigned i = 0; i < count_; ++i) {
      if (ports_[i] == port) return held_for_[i];
    }
    return HavipId();
  }
  const PortId* begin() const noexcept { return ports_; }
  const PortId* end() const noexcept { return ports_ + count_; }

 private:
  PortId ports_[kMaxMembers];
  HavipId held_for_[kMaxMembers];
  unsigned count_ = 0;
};

template <class Address>
void add_members(const WorkerState& worker, const PortRow& port, std::uint32_t listed,
                 Receivers& receivers) noexcept {
  const PortSources<Address>& sources = port.of<Address>();
  for (std::uint8_t i = 0; i < sources.count; ++i) {
    if (((listed >> i) & 1) == 0 || !sources.is_havip(i)) continue;
    const HavipTable& havips = worker.tables.havips;
    const HavipRow* havip = havips.row(sources[i].havip);
    if (havip == nullptr) continue;
    for (const PortId member : havip->ports) {
      if (member == port.id) continue;
      const bool is_held = havips.is_handing_over_from(sources[i].havip, member, worker.now_ms);
      receivers.add(member, is_held ? sources[i].havip : HavipId());
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

// Copies the packet to every receiver but the last, which gets the packet itself; `send(port, mbuf)` takes
// them.
template <class Ports, class Send>
void replicate(WorkerState& worker, const Batch& batch, Packet& packet, const Ports& ports,
               Send&& send) noexcept {
  PortId last;
  for (const PortId port : ports) {
    if (port == batch.ingress->id) continue;
    if (last.is_valid()) {
      rte_mbuf* copy = rte_pktmbuf_copy(packet.mbuf, worker.pool, 0, UINT32_MAX);
      worker.counters.replicated.add(1);
      if (copy != nullptr) {
        send(last, copy);
      } else {
        count_missing_copy(worker, last);
      }
    }
    last = port;
  }
  if (!last.is_valid()) return end_dropped(worker, batch, packet.mbuf, DropReason::no_receiver);
  send(last, packet.mbuf);
}

// An advert is lost to a port that is cut off from it, to none of the others.
bool end_filtered(WorkerState& worker, PortId receiver, rte_mbuf* advert) noexcept {
  const PortRow* row = worker.tables.ports.find(receiver);
  if (row == nullptr || !drops(row->vrrp_filter, VrrpFilter::kOut)) return false;
  drop_bound_for(worker, receiver, advert, DropReason::vrrp_filtered);
  return true;
}

void flood_members(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const Receivers receivers = members(worker, batch, packet);
  replicate(worker, batch, packet, receivers, [&](PortId port, rte_mbuf* mbuf) {
    if (end_filtered(worker, port, mbuf)) return;
    const HavipId havip = receivers.held_for(port);
    const bool is_held = havip.is_valid() && worker.held_adverts.hold(worker, mbuf, port, havip);
    if (!is_held) send_later(worker, port, mbuf);
  });
}

void flood_subnet(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  const SubnetRow* subnet = worker.tables.subnets.find(batch.ingress->subnet);
  if (subnet == nullptr) return end_dropped(worker, batch, packet.mbuf, DropReason::no_receiver);
  const bool may_be_filtered = is_vrrp(packet);
  replicate(worker, batch, packet, subnet->ports, [&](PortId port, rte_mbuf* mbuf) {
    if (may_be_filtered && end_filtered(worker, port, mbuf)) return;
    send_later(worker, port, mbuf);
  });
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

// All but what is forwarded.
[[gnu::noinline]] void end_packet(WorkerState& worker, const Batch& batch, Packet& packet) noexcept {
  switch (packet.verdict) {
    case Verdict::kAnswer:
      worker.counters.consumed.add(1);
      worker.counters.generated.add(1);
      return send_later(worker, batch.ingress->id, packet.mbuf);
    case Verdict::kTooLong:
      return end_too_long(worker, batch, packet);
    case Verdict::kFlood:
      return flood_subnet(worker, batch, packet);
    case Verdict::kFloodMembers:
      return flood_members(worker, batch, packet);
    case Verdict::kConsume:
      worker.counters.consumed.add(1);
      return rte_pktmbuf_free(packet.mbuf);
    case Verdict::kForward:
    case Verdict::kDrop:
    case Verdict::kPending:
      break;
  }
  tell_sender(worker, batch, packet, packet.reason);
  end_dropped(worker, batch, packet.mbuf, packet.reason);
}

// As stage::resolve does for what comes before.
void prefetch_queues(WorkerState& worker, Batch& batch) noexcept {
  for (const Packet& packet : batch) {
    if (packet.verdict != Verdict::kForward) continue;
    if (const PortLane* lane = worker.lane(packet.egress); lane != nullptr)
      rte_prefetch0(&lane->waiting[lane->waiting_count]);
  }
}

}  // namespace

void tx(WorkerState& worker, Batch& batch) noexcept {
  if (worker.tables.ports.capacity() > kPortsInCache) prefetch_queues(worker, batch);
  const std::atomic<PortLane*>* const lanes = worker.lanes.get();
  WaitingLanes::Adder waiting(worker.waiting_lanes);
  for (Packet& packet : batch) {
    if (packet.verdict == Verdict::kForward) [[likely]] {
      PortLane* const lane = lanes[packet.egress.value()].load(std::memory_order_acquire);
      send_later(worker, waiting, lane, packet.mbuf);
    } else {
      waiting.pause();
      end_packet(worker, batch, packet);
      waiting.go_on();
    }
  }
}

}  // namespace vipswitch::stage
