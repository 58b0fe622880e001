#include "dataplane/owner_report.h"

#include <algorithm>
#include <limits>
#include <rte_cycles.h>

namespace vipswitch {
namespace {

constexpr TimeMs kQuietMs = 60'000, kNoticedMs = 1'000;

Event event_about(const WorkerState& worker, HavipId havip, EventKind kind) noexcept {
  Event event{};
  event.kind = kind;
  event.worker = worker.id;
  event.havip = havip;
  // Null if control has just removed the HAVIP; the address lets control tell a slot's tenants apart.
  const HavipRow* row = worker.tables.havips.row(havip);
  if (row != nullptr) event.address = row->any_address();
  return event;
}

}  // namespace

void report_decisions(WorkerState& worker, HavipId havip, std::span<const owner::OwnerChange> changes,
                      const Report& told, std::uint64_t evidence_tsc) noexcept {
  Event event = event_about(worker, havip, EventKind::kOwnerChanged);
  event.mode = told.mode;
  event.generation = told.generation;
  event.commit_tsc = rte_rdtsc();
  if (evidence_tsc != 0) {
    constexpr std::uint64_t kLongest = std::numeric_limits<std::uint32_t>::max();
    event.evidence_cycles = static_cast<std::uint32_t>(std::min(event.commit_tsc - evidence_tsc, kLongest));
  }
  event.sequence = told.first_sequence;
  for (const owner::OwnerChange& change : changes) {
    event.trigger = change.trigger;
    event.rule = change.rule;
    event.evidence = change.evidence;
    event.priority = change.priority;
    event.vrid = change.vrid;
    event.from = change.from;
    event.to = change.to;
    event.at_ms = change.at_ms;
    worker.count(LearnCounter::owner_changes);
    worker.emit(event);  // if it is lost, the sequence tells
    ++event.sequence;
  }
}

void report_move(WorkerState& worker, HavipId havip, const DataMove& move) noexcept {
  Event event = event_about(worker, havip, EventKind::kDataMoved);
  event.from = move.from;
  event.to = move.to;
  event.sequence = move.sequence;
  event.at_ms = worker.now_ms;
  event.commit_tsc = move.commit_tsc;
  event.packet_tsc = move.last_delivery_tsc;
  event.dropped = move.dropped;
  worker.emit(event);
}

void report_first_delivery(WorkerState& worker, HavipId havip, OwnerWord owner,
                           std::uint64_t received_tsc) noexcept {
  Event event = event_about(worker, havip, EventKind::kFirstDelivered);
  event.to = owner.port();
  event.sequence = owner.sequence();
  event.at_ms = worker.now_ms;
  event.packet_tsc = received_tsc;
  event.dropped = worker.tables.havips.warm(havip).dropped.load(std::memory_order_relaxed);
  worker.emit(event);
}

void give_notice(WorkerState& worker, HavipId havip, PortId port, Notice notice) noexcept {
  NoticeTime& time = worker.tables.havips.cold(havip).notices[static_cast<std::size_t>(notice)];
  const TimeMs last_ms = time.last_ms();
  // A flood writes the line once a second, not for each packet.
  if (last_ms >= 0 && worker.now_ms - last_ms < kNoticedMs) return;
  if (!time.advance(last_ms, worker.now_ms)) return;
  if (last_ms >= 0 && worker.now_ms - last_ms < kQuietMs) return;
  Event event = event_about(worker, havip, EventKind::kNotice);
  event.notice = notice;
  event.from = port;
  event.at_ms = worker.now_ms;
  worker.emit(event);
}

}  // namespace vipswitch
