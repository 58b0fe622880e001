#pragma once

// The live traces and captures that are on: makes them, hands them to the workers as one Observation, and
// frees what they let go after a grace period. Control thread only.

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/capture/capture.h"
#include "control/publish/registry.h"
#include "control/runtime/dataplane_host.h"
#include "control/trace/live_trace_status.h"
#include "dataplane/observe/observation.h"
#include "vipswitch/result.h"

namespace vipswitch {

class Observations {
 public:
  static constexpr std::size_t kMaxTraces = 8, kMaxCaptures = 4;

  Observations(DataplaneHost& host, const Registry& registry) : host_(host), registry_(registry) {}
  // The workers must have stopped.
  ~Observations();

  // Errors: not_found, invalid_argument, quota.
  Result<unsigned> add_trace(const LiveTraceRequest& request);
  Result<void> remove_trace(unsigned number);
  Result<LiveTraceStatus> trace(unsigned number) const;
  std::vector<LiveTraceStatus> traces() const;

  // Errors: those of add_trace; io.
  Result<unsigned> start_capture(const CaptureRequest& request);
  // Waits for the workers to let go, at most two seconds, so that the file is whole. Errors: not_found.
  Result<CaptureStatus> stop_capture(unsigned number);
  std::vector<CaptureStatus> captures() const;

  // Frees what no worker sees any more, ends captures that have what they were to have, and forgets what
  // belongs to ports that are gone.
  void tick();

 private:
  struct Trace {
    LiveTraceRequest request;
    std::unique_ptr<LiveTrace> live;
  };
  // What workers may still see until the grace period is over.
  struct Retired {
    std::uint64_t token;
    std::unique_ptr<const Observation> observation;
    std::unique_ptr<LiveTrace> trace;
    std::unique_ptr<Capture> capture;
  };

  bool is_there(const std::string& port, PortId id) const;
  LiveTraceStatus status_of(unsigned number, const Trace& trace) const;
  void publish(std::unique_ptr<LiveTrace> removed = nullptr);
  void wait_for_workers();
  // While there is an observation.
  bool is_observed(const LiveTrace& trace) const;
  bool is_observed(const CaptureTap& tap) const;
  std::string why_ended(const Capture& capture) const;
  Capture::Names names() const;

  DataplaneHost& host_;
  const Registry& registry_;
  std::map<unsigned, Trace> traces_;
  std::map<unsigned, std::unique_ptr<Capture>> captures_;
  unsigned next_trace_ = 1, next_capture_ = 1;
  std::unique_ptr<const Observation> observation_;  // null: nothing is observed
  std::vector<Retired> retired_;
};

}  // namespace vipswitch
