#include "dataplane/port_io.h"

#include <rte_cycles.h>
#include <rte_ethdev.h>
#include <rte_ring_elem.h>

#include "dataplane/observe/observation.h"

namespace vipswitch {
namespace {

// `lane` is that of the port it was bound for; null if that is gone.
void drop(WorkerState& worker, PortLane* lane, rte_mbuf* mbuf, DropReason reason) noexcept {
  worker.counters.count(reason);
  if (lane != nullptr) {
    count(lane->counters.tx_drops, reason);
    observe_drop(worker, lane->port, *mbuf, reason, CaptureDirection::kOut);
  }
  rte_pktmbuf_free(mbuf);
}

void drop_rest(WorkerState& worker, PortLane& lane, unsigned sent) noexcept {
  for (unsigned i = sent; i < lane.waiting_count; ++i) {
    lane.waiting_bytes -= lane.waiting[i]->pkt_len;
    observe_drop(worker, lane.port, *lane.waiting[i], DropReason::tx_queue_full, CaptureDirection::kOut);
  }
  worker.counters.count(DropReason::tx_queue_full, lane.waiting_count - sent);
  count(lane.counters.tx_drops, DropReason::tx_queue_full, lane.waiting_count - sent);
  rte_pktmbuf_free_bulk(&lane.waiting[sent], lane.waiting_count - sent);
}

unsigned hand_over(PortLane& lane) noexcept {
  HandedPacket packets[PortLane::kCapacity];
  for (unsigned i = 0; i < lane.waiting_count; ++i) packets[i] = {lane.waiting[i], lane.port, 0};
  return rte_ring_mp_enqueue_burst_elem(lane.handover, packets, sizeof packets[0], lane.waiting_count,
                                        nullptr);
}

void flush_lane(WorkerState& worker, PortLane& lane) noexcept {
  if (lane.handover != nullptr) {
    const unsigned handed = hand_over(lane);
    if (handed < lane.waiting_count) drop_rest(worker, lane, handed);
    worker.counters.handed_out.add(handed);
  } else {
    const auto count = static_cast<std::uint16_t>(lane.waiting_count);
    const std::uint16_t sent = rte_eth_tx_burst(lane.device, lane.tx_queue, lane.waiting.data(), count);
    if (sent < count) drop_rest(worker, lane, sent);
    worker.counters.tx.add(sent);
    lane.counters.tx_packets.add(sent);
    lane.counters.tx_bytes.add(lane.waiting_bytes);
  }
  lane.forget_waiting();
}

}  // namespace

unsigned receive(WorkerState& worker, const RxQueue& queue, unsigned burst, Batch& batch) noexcept {
  rte_mbuf* mbufs[kMaxBurst];
  batch.count = rte_eth_rx_burst(queue.device, queue.queue, mbufs, static_cast<std::uint16_t>(burst));
  if (batch.count == 0) return 0;
  batch.received_tsc = rte_rdtsc();
  batch.ingress = worker.tables.ports.find(queue.port);
  std::uint64_t bytes = 0;
  for (unsigned i = 0; i < batch.count; ++i) {
    batch.packets[i].mbuf = mbufs[i];
    bytes += mbufs[i]->pkt_len;
  }
  worker.counters.rx.add(batch.count);
  if (PortLane* lane = worker.lane(queue.port); lane != nullptr) {
    lane->counters.rx_packets.add(batch.count);
    lane->counters.rx_bytes.add(bytes);
  }
  return batch.count;
}

void drop_unfit(WorkerState& worker, PortLane* lane, rte_mbuf* mbuf) noexcept {
  if (lane == nullptr) return drop(worker, lane, mbuf, DropReason::port_gone);
  drop(worker, lane, mbuf, lane->is_full() ? DropReason::tx_queue_full : DropReason::mtu_exceeded);
}

void drop_bound_for(WorkerState& worker, PortId port, rte_mbuf* mbuf, DropReason reason) noexcept {
  drop(worker, worker.lane(port), mbuf, reason);
}

void flush(WorkerState& worker) noexcept {
  while (PortLane* const lane = worker.waiting_lanes.take()) {
    flush_lane(worker, *lane);
  }
}

unsigned take_handed_over(WorkerState& worker, rte_ring* ring) noexcept {
  HandedPacket packets[kMaxBurst];
  const unsigned count = rte_ring_sc_dequeue_burst_elem(ring, packets, sizeof packets[0], kMaxBurst, nullptr);
  for (unsigned i = 0; i < count; ++i) send_later(worker, packets[i].port, packets[i].mbuf);
  worker.counters.handed_in.add(count);
  return count;
}

}  // namespace vipswitch
