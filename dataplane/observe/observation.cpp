#include "dataplane/observe/observation.h"

#include <algorithm>
#include <rte_cycles.h>
#include <rte_ring_elem.h>

namespace vipswitch {
namespace {

// --- traces

// The entries of one burst's packets, filled stage by stage.
class TraceRecorder final : public PipelineObserver {
 public:
  TraceRecorder(const WorkerState& worker, const Batch& batch, const Observation& observation) noexcept {
    for (unsigned i = 0; i < batch.count; ++i) {
      entries_[i] = nullptr;
      for (LiveTrace* trace : observation.traces) {
        if (trace->port != batch.ingress->id || !trace->filter.matches(*batch.packets[i].mbuf)) continue;
        entries_[i] = trace->take();
        if (entries_[i] == nullptr) continue;
        begin(*entries_[i], *batch.packets[i].mbuf, worker.now_ms);
        break;
      }
    }
  }

  void after(Stage stage, WorkerState&, Batch& batch) noexcept override {
    for (unsigned i = 0; i < batch.count; ++i) {
      TraceEntry* entry = entries_[i];
      if (entry == nullptr) continue;
      entry->stages[entry->stage_count++].fill(stage, batch.packets[i]);
      // Resolve is the last stage that is looked behind.
      if (batch.packets[i].is_pending() && stage != Stage::kResolve) continue;
      entry->is_done.store(true, std::memory_order_release);
      entries_[i] = nullptr;
    }
  }

 private:
  static void begin(TraceEntry& entry, const rte_mbuf& mbuf, TimeMs now) noexcept {
    entry.at_ms = now;
    entry.size = mbuf.pkt_len;
    entry.head_size = std::min<std::uint16_t>(mbuf.data_len, StageRecord::kHeadBytes);
    std::memcpy(entry.received.data(), rte_pktmbuf_mtod(&mbuf, const void*), entry.head_size);
  }

  std::array<TraceEntry*, kMaxBurst> entries_;
};

// --- captures

// What of a packet goes into a capture.
struct Captured {
  PortId port;
  CaptureDirection direction;
  bool is_dropped;
  DropReason reason;
};

void fill(CaptureSlot& slot, const CaptureTap& tap, const rte_mbuf& mbuf, const Captured& what) noexcept {
  slot.tsc = rte_rdtsc();
  slot.port = what.port;
  slot.direction = what.direction;
  slot.is_dropped = what.is_dropped;
  slot.reason = what.reason;
  slot.size = mbuf.pkt_len;
  slot.captured = std::min(mbuf.pkt_len, tap.snap_bytes);
  const void* bytes = rte_pktmbuf_read(&mbuf, 0, slot.captured, slot.bytes.data());
  if (bytes != slot.bytes.data()) std::memcpy(slot.bytes.data(), bytes, slot.captured);
}

void capture(WorkerState& worker, CaptureTap& tap, const rte_mbuf& mbuf, const Captured& what) noexcept {
  if (tap.port.is_valid() && tap.port != what.port) return;
  if (tap.only_drops && !what.is_dropped) return;
  if (!tap.filter.matches(mbuf)) return;
  if (!tap.rates[worker.id.value()].take(worker.now_ms)) {
    tap.beyond_rate.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  std::uint32_t index = 0;
  if (rte_ring_dequeue_elem(tap.free.get(), &index, sizeof index) != 0) {
    tap.without_slot.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  fill(tap.slots[index], tap, mbuf, what);
  rte_ring_enqueue_elem(tap.filled.get(), &index, sizeof index);  // has room for every slot
}

void capture_all(WorkerState& worker, const Observation& observation, const rte_mbuf& mbuf,
                 const Captured& what) noexcept {
  for (CaptureTap* tap : observation.taps) capture(worker, *tap, mbuf, what);
}

}  // namespace

void run_pipeline_observed(WorkerState& worker, Batch& batch, const Observation& observation) noexcept {
  const Captured received{batch.ingress->id, CaptureDirection::kIn, false, {}};
  for (const Packet& packet : batch) capture_all(worker, observation, *packet.mbuf, received);
  if (observation.traces.empty()) return run_pipeline(worker, batch);
  TraceRecorder recorder(worker, batch, observation);
  run_observed_pipeline(worker, batch, recorder);
}

void observe_waiting(WorkerState& worker, const Observation& observation) noexcept {
  for (const PortLane* lane : worker.waiting_lanes) {
    if (lane->handover != nullptr) continue;  // looked at where it leaves
    const Captured leaving{lane->port, CaptureDirection::kOut, false, {}};
    for (unsigned i = 0; i < lane->waiting_count; ++i)
      capture_all(worker, observation, *lane->waiting[i], leaving);
  }
}

void observe_drop(WorkerState& worker, PortId port, const rte_mbuf& mbuf, DropReason reason,
                  CaptureDirection direction) noexcept {
  const Observation* observation = worker.observation.load(std::memory_order_acquire);
  if (observation != nullptr) capture_all(worker, *observation, mbuf, {port, direction, true, reason});
}

}  // namespace vipswitch
