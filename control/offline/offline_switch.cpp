#include "control/offline/offline_switch.h"

#include <atomic>
#include <cstring>
#include <fmt/format.h>
#include <rte_mbuf.h>
#include <utility>

#include "control/publish/registry.h"
#include "dataplane/owner_decision.h"
#include "dataplane/pipeline.h"

namespace vipswitch {

static_assert(OfflineSwitch::kLongestFrame == RTE_MBUF_DEFAULT_DATAROOM);

Result<std::unique_ptr<DataplaneHost>> OfflineSwitch::make_host(const Settings& settings) {
  return DataplaneHost::create(settings, {0}, Clock::stopped());
}

OfflineSwitch::OfflineSwitch(std::unique_ptr<DataplaneHost> host)
    : host_(std::move(host)),
      control_(*host_),
      runtime_(*this),
      service_(control_),
      pool_size_(rte_mempool_avail_count(host_->workers().front()->pool())) {}

OfflineSwitch::~OfflineSwitch() {
  take_sent();
}

std::string OfflineSwitch::next_device() {
  static std::atomic<unsigned> next{0};
  return fmt::format("net_null{},no-rx=1", next++);
}

void OfflineSwitch::settle() {
  Worker& worker = *host_->workers().front();
  host_->shared().forwarding.store(false, std::memory_order_relaxed);
  do {
    worker.poll();
    control_.tick();
  } while (!worker.has_handled(worker.posted()));
  control_.tick();
  worker.state().now_ms = now_ms_;
}

bool OfflineSwitch::has_posted() const {
  const Worker& worker = *host_->workers().front();
  return !worker.has_handled(worker.posted());
}

TimeMs OfflineSwitch::next_due() {
  return tables().havips.deadlines().earliest(0, 1);
}

void OfflineSwitch::advance_to(TimeMs now) {
  for (TimeMs due; (due = next_due()) <= now;) {
    now_ms_ = worker().now_ms = due;
    run_election_timers(worker(), 0, 1);
    for (SentFrame& question : take_sent()) questions_.push_back(std::move(question));
    control_.drain_events();
  }
  now_ms_ = now;
  worker().now_ms = now;
  worker().held_adverts.release_due(worker());
  control_.drain_events();
}

bool OfflineSwitch::fill(Batch& batch, PortId port, std::span<const FrameBytes> frames) {
  batch.count = 0;
  batch.ingress = tables().ports.find(port);
  batch.received_tsc = 1;
  for (const FrameBytes& frame : frames) {
    rte_mbuf* mbuf = rte_pktmbuf_alloc(worker().pool);
    if (mbuf == nullptr) return false;
    std::memcpy(rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(frame.size())), frame.data(),
                frame.size());
    batch.packets[batch.count++].mbuf = mbuf;
  }
  return true;
}

std::vector<SentFrame> OfflineSwitch::run(Batch& batch) {
  worker().now_ms = now_ms_;
  worker().counters.rx.add(batch.count);
  run_pipeline(worker(), batch);
  control_.drain_events();
  return take_sent();
}

std::vector<SentFrame> OfflineSwitch::take_questions() {
  return std::exchange(questions_, {});
}

std::vector<SentFrame> OfflineSwitch::take_sent() {
  std::vector<SentFrame> sent;
  while (PortLane* const lane = worker().waiting_lanes.take()) {
    for (unsigned i = 0; i < lane->waiting_count; ++i) {
      const auto* data = rte_pktmbuf_mtod(lane->waiting[i], const std::uint8_t*);
      sent.push_back({port_name(lane->port), FrameBytes(data, data + lane->waiting[i]->data_len)});
      rte_pktmbuf_free(lane->waiting[i]);
    }
    worker().counters.tx.add(lane->waiting_count);
    lane->counters.tx_packets.add(lane->waiting_count);
    lane->forget_waiting();
  }
  return sent;
}

bool OfflineSwitch::is_conserved() {
  return runtime_.workers().front().conserved() &&
         rte_mempool_avail_count(worker().pool) + worker().held_adverts.count() == pool_size_;
}

std::string OfflineSwitch::port_name(PortId id) const {
  const std::string name = control_.tables().registry().port_name(id);
  return name.empty() ? std::string(kUplinkName) : name;
}

}  // namespace vipswitch
