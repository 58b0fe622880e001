#pragma once

// What workers tell control about HAVIPs: decisions, moves of the data with their times, and what an operator
// should look at. Called without the slot's lock. If the ring is full the event is lost and counted
// (events_lost).

#include <cstdint>
#include <span>

#include "dataplane/owner/outcome.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

// What is told about the decisions of one step.
struct Report {
  std::uint32_t first_sequence;
  std::uint32_t generation;
  LearnMode mode;
};

// The data of a HAVIP goes elsewhere.
struct DataMove {
  PortId from;  // invalid: nobody
  PortId to;    // likewise
  std::uint32_t sequence;
  std::uint64_t commit_tsc;         // when the owner word was stored
  std::uint64_t last_delivery_tsc;  // 0: of late no packet went to `from`
  std::uint64_t dropped;            // packets without an owner, all so far

  constexpr bool happened() const noexcept { return from != to; }
};

// `evidence_tsc`: when the burst with the claim was received, 0 for what no packet brought.
void report_decisions(WorkerState& worker, HavipId havip, std::span<const owner::OwnerChange> changes,
                      const Report& told, std::uint64_t evidence_tsc) noexcept;
void report_move(WorkerState& worker, HavipId havip, const DataMove& move) noexcept;
void report_first_delivery(WorkerState& worker, HavipId havip, OwnerWord owner,
                           std::uint64_t received_tsc) noexcept;
// Once while it lasts: not again until it has not been noticed for a minute.
void give_notice(WorkerState& worker, HavipId havip, PortId port, Notice notice) noexcept;

}  // namespace vipswitch
