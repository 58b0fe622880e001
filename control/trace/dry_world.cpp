#include "control/trace/dry_world.h"

#include <algorithm>
#include <atomic>
#include <fmt/format.h>
#include <rte_ring_elem.h>

#include "control/text/make_error.h"

namespace vipswitch {
namespace {

constexpr unsigned kEvents = 64;
constexpr std::uint32_t kAnyRate = 1'000'000;  // the flood budget is not what is asked about

RingHandle make_event_ring() {
  static std::atomic<unsigned> next{0};
  return RingHandle(rte_ring_create_elem(fmt::format("dry_{}", next++).c_str(), sizeof(Event), kEvents,
                                         static_cast<int>(rte_socket_id()), RING_F_SC_DEQ));
}

}  // namespace

DryWorld::DryWorld(DataplaneHost& host, const std::vector<PortId>& ports, const std::vector<HavipId>& havips)
    : events_(make_event_ring()),
      tables_(host.tables(), DryRun{}),
      worker_(WorkerId(), tables_, host.clock(), host.workers().front()->pool(), events_.get(),
              host.tables().ports.capacity()) {
  worker_.now_ms = host.now_ms();
  for (const PortId port : ports) {
    const PortLane* running = host.workers().front()->state().lane(port);
    if (running == nullptr) continue;
    auto& lane = lanes_.emplace_back(std::make_unique<PortLane>());
    lane->port = port;
    lane->max_frame_bytes = running->max_frame_bytes;
    lane->flood = TokenBucket(kAnyRate, kAnyRate);
    lane->announcements = TokenBucket(kAnyRate, kAnyRate);
    lane->errors = TokenBucket(kAnyRate, kAnyRate);
    lane->next_hops = TokenBucket(kAnyRate, kAnyRate);
    worker_.lanes[port.value()].store(lane.get(), std::memory_order_relaxed);
  }
  if (!tables_.havips.is_valid()) return;
  for (const HavipId havip : havips) {
    const HavipTable& running = host.tables().havips;
    tables_.havips.warm(havip).row.store(running.row(havip), std::memory_order_relaxed);
    tables_.havips.owner(havip).store(running.owner_word(havip).raw(), std::memory_order_relaxed);
  }
}

DryWorld::~DryWorld() {
  take_sent();
}

void DryWorld::set_election(HavipId havip, const HavipSnapshot& snapshot) {
  if (!tables_.havips.is_valid()) return;
  const HavipRow* row = tables_.havips.row(havip);
  tables_.havips.open(havip, row, snapshot.election, snapshot.steering);
  HavipCold& cold = tables_.havips.cold(havip);
  cold.sequence = snapshot.sequence;
  cold.disagreements = snapshot.disagreements;
  tables_.havips.owner(havip).store(snapshot.owner.raw(), std::memory_order_relaxed);
  worker_.now_ms = std::max(worker_.now_ms, snapshot.now_ms);
}

void DryWorld::set_owner(HavipId havip, PortId port, owner::Delivery delivery) {
  if (!tables_.havips.is_valid()) return;
  const std::uint32_t sequence = tables_.havips.owner_word(havip).sequence() + 1;
  const OwnerWord word = delivery.is_virtual() ? OwnerWord::local_virtual_mac(port, delivery.vrid(), sequence)
                                               : OwnerWord::local(port, sequence);
  tables_.havips.owner(havip).store(word.raw(), std::memory_order_relaxed);
}

Result<DryWorld::Outcome> DryWorld::run(PortId ingress, const FrameBytes& frame) {
  if (!events_ || !tables_.havips.is_valid()) return make_error(ErrorCode::internal, "no memory for a trace");
  rte_mbuf* mbuf = rte_pktmbuf_alloc(worker_.pool);
  if (mbuf == nullptr)
    return make_error(ErrorCode::internal, "the packet pool is empty: no room for a packet");
  char* room = rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(frame.size()));
  if (room == nullptr) {
    const unsigned longest = rte_pktmbuf_tailroom(mbuf);
    rte_pktmbuf_free(mbuf);
    return make_error(ErrorCode::invalid_argument, "packet: {} bytes, expected at most {}", frame.size(),
                      longest);
  }
  std::copy(frame.begin(), frame.end(), room);  // of no bytes, too
  Batch batch;
  batch.count = 1;
  batch.ingress = tables_.ports.find(ingress);
  batch.received_tsc = 1;
  batch.packets[0].mbuf = mbuf;
  stages_.clear();
  run_observed_pipeline(worker_, batch, *this);
  worker_.held_adverts.release_all(worker_);
  Outcome outcome{std::move(stages_), take_sent(), {}};
  for (std::size_t reason = 0; reason < kDropReasonCount; ++reason) {
    const auto count = worker_.counters.drops[reason].get();
    outcome.drops.insert(outcome.drops.end(), count, static_cast<DropReason>(reason));
  }
  return outcome;
}

void DryWorld::after(Stage stage, WorkerState& worker, Batch& batch) noexcept {
  ObservedStage& seen = stages_.emplace_back();
  seen.record.fill(stage, batch.packets[0]);
  for (std::size_t i = 0; i < kLearnCounterCount; ++i) {
    const std::uint64_t count = worker.counters.learn[i].get();
    if (static_cast<LearnCounter>(i) != LearnCounter::owner_changes)  // told as an event
      seen.counted.insert(seen.counted.end(), count - learned_[i], static_cast<LearnCounter>(i));
    learned_[i] = count;
  }
  take_events(seen.events);
}

void DryWorld::take_events(std::vector<Event>& events) {
  Event event;
  while (rte_ring_sc_dequeue_elem(events_.get(), &event, sizeof event) == 0) events.push_back(event);
}

std::vector<DryWorld::Sent> DryWorld::take_sent() {
  std::vector<Sent> sent;
  while (PortLane* const lane = worker_.waiting_lanes.take()) {
    for (unsigned i = 0; i < lane->waiting_count; ++i) {
      const auto* data = rte_pktmbuf_mtod(lane->waiting[i], const std::uint8_t*);
      sent.push_back({lane->port, FrameBytes(data, data + lane->waiting[i]->data_len)});
      rte_pktmbuf_free(lane->waiting[i]);
    }
    lane->forget_waiting();
  }
  return sent;
}

}  // namespace vipswitch
