#include "control/runtime/dataplane_host.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>
#include <fmt/format.h>
#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "dataplane/port_lane.h"

namespace vipswitch {
namespace {

constexpr unsigned kMailboxMessages = 4096, kHandoverPackets = 2048;
constexpr unsigned kPoolCache = 256;

// Control takes several times as long to hear of a HAVIP's move as a worker to make it, and may sleep when it
// begins. So that it misses nothing when many HAVIPs move at once, there is room for all that is told of
// each: it left one owner and has another, its data likewise. Up to 6 MB, which is room for 16,384 HAVIPs.
unsigned event_capacity(std::uint32_t havips) noexcept {
  constexpr std::uint32_t kOfMove = 4, kLeast = 8192, kMost = 65536;
  return std::bit_ceil(std::clamp(kOfMove * havips, kLeast, kMost));
}

// DPDK names its objects process-wide.
std::string unique_name(std::string_view what) {
  static std::atomic<unsigned> next{0};
  return fmt::format("{}_{}", what, next++);
}

Error no_memory(std::string_view what) {
  return {ErrorCode::internal,
          fmt::format("no memory for {}: raise memory_mb, or reserve more hugepages", what)};
}

RingHandle make_ring(std::string_view what, unsigned element_bytes, unsigned count, unsigned flags) {
  return RingHandle(rte_ring_create_elem(unique_name(what).c_str(), element_bytes, count,
                                         static_cast<int>(rte_socket_id()), flags));
}

MempoolHandle make_pool(unsigned packets) {
  return MempoolHandle(rte_pktmbuf_pool_create(unique_name("packets").c_str(), packets, kPoolCache, 0,
                                               RTE_MBUF_DEFAULT_BUF_SIZE, static_cast<int>(rte_socket_id())));
}

int run_worker(void* worker) {
  static_cast<Worker*>(worker)->run();
  return 0;
}

}  // namespace

DataplaneHost::DataplaneHost(const Settings& settings, const std::vector<unsigned>& worker_lcores,
                             const Clock& clock)
    : lcores_(worker_lcores),
      settings_(settings),
      clock_(clock),
      rcu_(static_cast<std::uint32_t>(worker_lcores.size())),
      tables_(std::make_unique<Tables>(settings.tables, unique_name("sw").c_str())),
      shared_(new WorkerShared{rcu_, settings.idle, static_cast<std::uint16_t>(worker_lcores.size())}),
      events_(make_ring("events", sizeof(Event), event_capacity(settings.tables.havips), RING_F_SC_DEQ)) {}

Result<std::unique_ptr<DataplaneHost>> DataplaneHost::create(const Settings& settings,
                                                             const std::vector<unsigned>& worker_lcores,
                                                             const Clock& clock) {
  std::unique_ptr<DataplaneHost> host(new DataplaneHost(settings, worker_lcores, clock));
  if (!host->rcu_.is_valid() || !host->tables_->is_valid()) return no_memory("the tables");
  if (!host->events_) return no_memory("the event ring");
  if (auto made = host->make_workers(settings); !made) return made.error();
  return host;
}

Result<void> DataplaneHost::make_workers(const Settings& settings) {
  for (std::size_t i = 0; i < lcores_.size(); ++i) {
    auto pool = make_pool(settings.mbufs);
    if (!pool) return no_memory(fmt::format("{} packets of worker {}", settings.mbufs, i));
    auto mailbox = make_ring("mailbox", sizeof(Message), kMailboxMessages, RING_F_SP_ENQ | RING_F_SC_DEQ);
    auto handover = make_ring("handover", sizeof(HandedPacket), kHandoverPackets, RING_F_SC_DEQ);
    if (!mailbox || !handover) return no_memory(fmt::format("the rings of worker {}", i));
    workers_.push_back(std::make_unique<Worker>(*shared_, WorkerId(static_cast<std::uint16_t>(i)), *tables_,
                                                clock_, std::move(pool), std::move(mailbox),
                                                std::move(handover), events_.get(), settings.tables.ports));
    tables_->havips.add_recent(workers_.back()->state().recent);
  }
  return {};
}

Result<void> DataplaneHost::launch() {
  for (const unsigned lcore : lcores_) {
    if (!rte_lcore_is_enabled(lcore) || lcore == rte_get_main_lcore()) {
      return Error{
          ErrorCode::invalid_argument,
          fmt::format("worker core {}: the EAL options give DPDK no such lcore beside the main one", lcore)};
    }
  }
  is_launched_ = true;
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    rte_eal_remote_launch(run_worker, workers_[i].get(), lcores_[i]);
  }
  return {};
}

void DataplaneHost::stop() {
  shared_->running.store(false, std::memory_order_relaxed);
  if (!is_launched_) return;
  for (const unsigned lcore : lcores_) rte_eal_wait_lcore(lcore);
  is_launched_ = false;
}

DataplaneHost::~DataplaneHost() {
  stop();
}

TimeMs DataplaneHost::now_ms() const noexcept {
  return clock_.to_ms(rte_rdtsc());
}

void DataplaneHost::send(PortId port, std::initializer_list<std::span<const std::byte>> parts) noexcept {
  Worker& worker = *workers_.front();
  rte_mbuf* mbuf = rte_pktmbuf_alloc(worker.pool());
  if (mbuf == nullptr) return;
  for (const auto part : parts) {
    std::memcpy(rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(part.size())), part.data(), part.size());
  }
  Message message{};
  message.kind = Message::Kind::kTransmit;
  message.port = port;
  message.mbuf = mbuf;
  if (!worker.post(message)) rte_pktmbuf_free(mbuf);
}

Worker& DataplaneHost::home_of(HavipId havip) noexcept {
  return *workers_[DeadlineTree::home_of(havip.value(), workers_.size())];
}

}  // namespace vipswitch
