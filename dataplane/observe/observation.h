#pragma once

// What a worker looks at packets for: live traces and captures. Nearly always there is nothing, and a burst
// pays one load and one branch to know it (Worker::poll_queue). Made by control as a whole and swapped in,
// freed after a grace period; workers read it.

#include <vector>

#include "dataplane/observe/capture_tap.h"
#include "dataplane/observe/live_trace.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

struct Observation {
  std::vector<LiveTrace*> traces;
  std::vector<CaptureTap*> taps;
};

// run_pipeline() for a burst just received, in sight of the observation.
void run_pipeline_observed(WorkerState& worker, Batch& batch, const Observation& observation) noexcept;

// Before a flush: what waits in the lanes is about to leave.
void observe_waiting(WorkerState& worker, const Observation& observation) noexcept;

// A packet is dropped that came from `port`, or, on the way out, was bound for it.
void observe_drop(WorkerState& worker, PortId port, const rte_mbuf& mbuf, DropReason reason,
                  CaptureDirection direction) noexcept;

}  // namespace vipswitch
