#include "dataplane/worker.h"

#include <ctime>
#include <rte_cycles.h>
#include <rte_pause.h>

#include "dataplane/observe/observation.h"
#include "dataplane/owner_decision.h"
#include "dataplane/pipeline.h"

namespace vipswitch {
namespace {

constexpr unsigned kRxBurst = 64;
constexpr unsigned kMessagesPerPoll = 32;

owner::Outcome apply(owner::Election& election, const Message& message, TimeMs now) noexcept {
  switch (message.trigger) {
    case Trigger::kPortDown:
      return election.down(message.port, now);
    case Trigger::kPortUp:
      return election.up(message.port, now);
    case Trigger::kUnbind:
      return election.unbind(message.port, now);
    case Trigger::kBind:
      if (message.room != nullptr) election.give_room(*message.room);
      return election.bind(message.port, message.is_down ? owner::LinkState::kDown : owner::LinkState::kUp,
                           now);
    default:
      return election.tick(now);
  }
}

}  // namespace

bool Worker::post(Message message) noexcept {
  if (rte_ring_sp_enqueue_elem(mailbox_.get(), &message, sizeof message) != 0) return false;
  ++posted_;
  return true;
}

void Worker::run() noexcept {
  shared_.rcu.enter(state_.id.value());
  while (shared_.running.load(std::memory_order_relaxed)) {
    const bool was_busy = poll() != 0;
    shared_.rcu.quiescent(state_.id.value());
    idle_polls_ = was_busy ? 0 : idle_polls_ + 1;
    if (idle_polls_ > shared_.idle.spin_polls) rest();
  }
  shared_.rcu.leave(state_.id.value());
}

unsigned Worker::poll() noexcept {
  const std::uint64_t begin_tsc = rte_rdtsc();
  state_.now_ms = state_.clock.to_ms(begin_tsc);
  state_.counters.begin();
  handle_messages();
  if (state_.now_ms != timers_run_ms_) {
    timers_run_ms_ = state_.now_ms;
    run_election_timers(state_, state_.id.value(), shared_.worker_count);
    state_.held_adverts.release_due(state_);
  }
  unsigned packets = 0;
  const PollList* list = poll_list();
  if (list != nullptr && shared_.forwarding.load(std::memory_order_relaxed)) {
    for (const RxQueue& queue : list->queues) packets += poll_queue(queue);
  }
  packets += take_handed_over(state_, handover_.get());
  if (!state_.waiting_lanes.is_empty()) flush_rest();
  account(begin_tsc, packets);
  state_.counters.end();
  tell_totals();
  return packets;
}

// What came from other workers and from control.
void Worker::flush_rest() noexcept {
  const Observation* observation = state_.observation.load(std::memory_order_acquire);
  if (observation != nullptr) [[unlikely]]
    observe_waiting(state_, *observation);
  flush(state_);
}

unsigned Worker::poll_queue(const RxQueue& queue) noexcept {
  if (receive(state_, queue, kRxBurst, batch_) == 0) return 0;
  if (batch_.ingress == nullptr) {  // the port is being removed
    for (Packet& packet : batch_) rte_pktmbuf_free(packet.mbuf);
    state_.counters.count(DropReason::port_gone, batch_.count);
    return batch_.count;
  }
  state_.now_ms = state_.clock.to_ms(batch_.received_tsc);
  const Observation* observation = state_.observation.load(std::memory_order_acquire);
  if (observation != nullptr) [[unlikely]] {
    run_pipeline_observed(state_, batch_, *observation);
    observe_waiting(state_, *observation);
  } else {
    run_pipeline(state_, batch_);
  }
  flush(state_);
  count_delivered_to_old_owner(state_, batch_);
  return batch_.count;
}

void Worker::handle_messages() noexcept {
  Message messages[kMessagesPerPoll];
  const unsigned count =
      rte_ring_sc_dequeue_burst_elem(mailbox_.get(), messages, sizeof messages[0], kMessagesPerPoll, nullptr);
  if (count == 0) return;
  for (unsigned i = 0; i < count; ++i) handle(messages[i]);
  handled_.store(handled_.load(std::memory_order_relaxed) + count, std::memory_order_release);
}

void Worker::handle(const Message& message) noexcept {
  switch (message.kind) {
    case Message::Kind::kElection:
      decide(state_, message.havip, 0,
             [&](owner::Election& election, TimeMs now) { return apply(election, message, now); });
      return;
    case Message::Kind::kSteer:
      return steer(state_, message.havip,
                   {message.mode, message.port, message.handover, message.follow_vrid, message.is_pinned});
    case Message::Kind::kRestore:
      decide(state_, message.havip, 0, [&](owner::Election& election, TimeMs now) {
        return election.restore(message.port, static_cast<std::uint32_t>(message.generation), now);
      });
      return;
    case Message::Kind::kTransmit:
      state_.counters.generated.add(1);
      send_later(state_, message.port, message.mbuf);
      return;
    case Message::Kind::kSnapshot:
      take_snapshot(state_, message.havip, message.snapshot->snapshot);
      message.snapshot->is_done.store(true, std::memory_order_release);
      return;
    case Message::Kind::kTotals:
      message.totals->next = totals_asked_;
      totals_asked_ = message.totals;
      return;
  }
}

// In the poll they do not add up: what control transmits is counted before it is sent.
void Worker::tell_totals() noexcept {
  while (totals_asked_ != nullptr) {
    TotalsRequest& request = *totals_asked_;
    totals_asked_ = request.next;
    request.totals = state_.counters.totals();
    request.is_done.store(true, std::memory_order_release);
  }
}

void Worker::account(std::uint64_t begin_tsc, unsigned packets) noexcept {
  const std::uint64_t cycles = rte_rdtsc() - begin_tsc;
  state_.counters.polls.add(1);
  if (packets != 0) {
    state_.counters.busy_cycles.add(cycles);
  } else {
    state_.counters.empty_polls.add(1);
    state_.counters.idle_cycles.add(cycles);
  }
}

// Wakes for the next election timer at the latest; a sleep is shorter than a millisecond anyway.
void Worker::rest() noexcept {
  if (shared_.idle.sleep_us == 0) {
    rte_pause();
    return;
  }
  state_.counters.begin();
  state_.counters.sleeps.add(1);
  state_.counters.end();
  shared_.rcu.offline(state_.id.value());
  const timespec pause{0, static_cast<long>(shared_.idle.sleep_us) * 1000};
  nanosleep(&pause, nullptr);
  shared_.rcu.online(state_.id.value());
}

}  // namespace vipswitch
