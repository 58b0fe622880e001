#pragma once

// The only place where packets meet drivers: bursts in, and at the end of each burst everything that waits
// out.

#include <cstdint>

#include "dataplane/worker_state.h"

namespace vipswitch {

struct RxQueue {
  PortId port;
  std::uint16_t device;  // DPDK port id
  std::uint16_t queue;
};

// Fills the batch with what the queue holds, at most `burst` packets, and counts it. Returns their number.
unsigned receive(WorkerState& worker, const RxQueue& queue, unsigned burst, Batch& batch) noexcept;

// Of send_later() alone: a packet that the lane cannot take; null: its port is gone.
void drop_unfit(WorkerState& worker, PortLane* lane, rte_mbuf* mbuf) noexcept;

// Puts a packet among those that wait in a lane; null: its port is gone. `waiting` are the worker's waiting
// lanes, or who adds to them.
// Inlined: nearly every packet ends with it.
template <class Waiting>
[[gnu::always_inline]] inline void send_later(WorkerState& worker, Waiting& waiting, PortLane* lane,
                                              rte_mbuf* mbuf) noexcept {
  if (lane == nullptr || lane->is_full() || mbuf->pkt_len > lane->max_frame_bytes) [[unlikely]]
    return drop_unfit(worker, lane, mbuf);
  waiting.add(*lane);
  lane->waiting[lane->waiting_count++] = mbuf;
  lane->waiting_bytes += mbuf->pkt_len;
}

// Puts a packet among those that wait for the port's flush. Takes it in any case: for a port that is gone,
// whose lane is full or whose MTU is too small it is dropped and counted.
inline void send_later(WorkerState& worker, PortId port, rte_mbuf* mbuf) noexcept {
  send_later(worker, worker.waiting_lanes, worker.lane(port), mbuf);
}

// Ends a packet on its way out to the port, counted there.
void drop_bound_for(WorkerState& worker, PortId port, rte_mbuf* mbuf, DropReason reason) noexcept;

// Hands every waiting packet to its device; what a device does not take is dropped as tx_queue_full.
void flush(WorkerState& worker) noexcept;

// Takes the packets that other workers handed over and queues them for this worker's flush. Returns their
// number.
unsigned take_handed_over(WorkerState& worker, rte_ring* ring) noexcept;

}  // namespace vipswitch
