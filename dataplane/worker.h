#pragma once

// A polling core: bursts in, pipeline, flush, round and round. Between bursts it handles control's messages
// and, once a millisecond, the election timers whose home it is. It never waits for anything; only when
// nothing has come for a while does it sleep briefly, offline for grace periods.

#include <atomic>
#include <cstdint>
#include <vector>

#include "dataplane/dpdk_handle.h"
#include "dataplane/mailbox.h"
#include "dataplane/port_io.h"
#include "dataplane/rcu.h"
#include "dataplane/worker_state.h"
#include "vipswitch/limits.h"

namespace vipswitch {

// The rx queues a worker polls; replaced as a whole.
struct PollList {
  std::vector<RxQueue> queues;
};

// What all workers share and control sets.
struct WorkerShared {
  Rcu& rcu;
  const IdlePolicy idle;
  const std::uint16_t worker_count;
  std::atomic<bool> forwarding{true};  // `start` and `stop`: stopped workers poll no rx queue
  std::atomic<bool> running{true};     // false: run() returns
};

class Worker {
 public:
  Worker(WorkerShared& shared, WorkerId id, Tables& tables, const Clock& clock, MempoolHandle pool,
         RingHandle mailbox, RingHandle handover, rte_ring* events, std::uint32_t port_capacity)
      : shared_(shared),
        pool_(std::move(pool)),
        mailbox_(std::move(mailbox)),
        handover_(std::move(handover)),
        state_(id, tables, clock, pool_.get(), events, port_capacity) {}

  // On the worker's lcore, until WorkerShared::running is false.
  void run() noexcept;

  // One round: messages, timers, every queue. Returns how many packets it handled. Run by run() and by tests.
  unsigned poll() noexcept;

  // Control.
  WorkerState& state() noexcept { return state_; }
  rte_ring* handover() const noexcept { return handover_.get(); }
  rte_mempool* pool() const noexcept { return pool_.get(); }
  // The list that was polled before; free it after a grace period.
  const PollList* replace_poll_list(const PollList* list) noexcept {
    return poll_list_.exchange(list, std::memory_order_acq_rel);
  }
  const PollList* poll_list() const noexcept { return poll_list_.load(std::memory_order_acquire); }
  // False if the mailbox is full.
  bool post(Message message) noexcept;
  unsigned mailbox_room() const noexcept { return rte_ring_free_count(mailbox_.get()); }
  // A ticket for has_handled(): everything posted so far.
  std::uint64_t posted() const noexcept { return posted_; }
  bool has_handled(std::uint64_t ticket) const noexcept {
    return handled_.load(std::memory_order_acquire) >= ticket;
  }

 private:
  void handle_messages() noexcept;
  void handle(const Message& message) noexcept;
  unsigned poll_queue(const RxQueue& queue) noexcept;
  void flush_rest() noexcept;
  void tell_totals() noexcept;
  void account(std::uint64_t begin_tsc, unsigned packets) noexcept;
  void rest() noexcept;

  WorkerShared& shared_;
  MempoolHandle pool_;
  RingHandle mailbox_;
  RingHandle handover_;
  std::uint64_t posted_ = 0;  // control's
  std::atomic<std::uint64_t> handled_{0};
  std::atomic<const PollList*> poll_list_{nullptr};
  TimeMs timers_run_ms_ = -1;
  std::uint32_t idle_polls_ = 0;
  TotalsRequest* totals_asked_ = nullptr;
  WorkerState state_;
  Batch batch_;
};

}  // namespace vipswitch
