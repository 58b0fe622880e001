#pragma once

// What the stages see of the worker that runs them.

#include <atomic>
#include <cstdint>
#include <memory>
#include <rte_ring.h>
#include <rte_ring_elem.h>

#include "dataplane/batch.h"
#include "dataplane/clock.h"
#include "dataplane/counters.h"
#include "dataplane/held_adverts.h"
#include "dataplane/port_lane.h"
#include "dataplane/probe_turns.h"
#include "dataplane/recent_deliveries.h"
#include "dataplane/tables.h"
#include "vipswitch/event.h"

namespace vipswitch {

struct Observation;

struct WorkerState {
  static constexpr std::uint32_t kGatewayReports = 20;  // a second

  WorkerState(WorkerId worker_id, Tables& switch_tables, const Clock& switch_clock, rte_mempool* packet_pool,
              rte_ring* event_ring, std::uint32_t port_capacity)
      : id(worker_id),
        tables(switch_tables),
        clock(switch_clock),
        pool(packet_pool),
        events(event_ring),
        lanes(new std::atomic<PortLane*>[port_capacity]()),
        waiting_lanes(port_capacity) {}

  const WorkerId id;
  Tables& tables;
  const Clock& clock;
  rte_mempool* const pool;                                        // source of every packet the worker makes
  rte_ring* const events;                                         // to control; many producers
  const std::unique_ptr<std::atomic<PortLane*>[]> lanes;          // by PortId; control writes
  WaitingLanes waiting_lanes;                                     // to flush
  TimeMs now_ms = 0;                                              // of this poll
  TokenBucket gateway_reports{kGatewayReports, kGatewayReports};  // to control: MACs that gateways name
  WorkerCounters counters;
  HeldAdverts held_adverts;
  RecentDeliveries recent;
  ProbeTurns probe_turns;
  // Of the burst under way: a HAVIP without an owner, and packets for it that were dropped and are not told
  // yet.
  HavipId unowned;
  std::uint32_t unowned_count = 0;
  std::atomic<const Observation*> observation{nullptr};  // traces and captures; control writes

  // Of a packet that only might come (`trace packet`): what other packets will meet must not change.
  bool is_dry_run() const noexcept { return !id.is_valid(); }

  // Null if the port is gone.
  PortLane* lane(PortId port) noexcept { return lanes[port.value()].load(std::memory_order_acquire); }

  void count(LearnCounter counter) noexcept { counters.count(counter); }

  // False, and counted, if the ring is full.
  bool emit(Event event) noexcept {
    if (rte_ring_mp_enqueue_elem(events, &event, sizeof event) == 0) return true;
    counters.count(LearnCounter::events_lost);
    return false;
  }
};

}  // namespace vipswitch
