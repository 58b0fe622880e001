#pragma once

// RuntimeView over the running data plane.

#include <memory>
#include <vector>

#include "control/runtime/control_plane.h"
#include "control/runtime/late_answers.h"
#include "control/runtime/runtime_view.h"
#include "dataplane/mailbox.h"

namespace vipswitch {

class DataplaneRuntime : public RuntimeView {
 public:
  explicit DataplaneRuntime(ControlPlane& control) : control_(control), host_(control.host()) {}

  // Errors: not_found; timeout, if the HAVIP's home worker does not answer.
  Result<std::vector<HavipStatus>> havip(std::string_view name) override;
  Result<std::vector<HavipStatus>> all_havips() override;
  std::vector<HavipSummary> havip_summaries() override;
  std::vector<VrrpSpeaker> vrrp_speakers() override;
  FailoverTotals failover_totals() override;
  std::vector<TableStatus> tables() override;
  std::vector<PortStatus> ports() override;
  std::optional<UplinkStatus> uplink() override;
  std::vector<WorkerStatus> workers() override;
  std::vector<DropCount> drops() override;
  std::vector<LearnCount> learning() override;
  std::vector<NeighbourStatus> neighbours() override;

  Result<PacketTrace> trace_packet(const TraceRequest& request) override;

  Result<unsigned> add_trace(const LiveTraceRequest& request) override {
    return control_.observations().add_trace(request);
  }
  Result<void> remove_trace(unsigned number) override { return control_.observations().remove_trace(number); }
  Result<LiveTraceStatus> trace(unsigned number) override { return control_.observations().trace(number); }
  std::vector<LiveTraceStatus> traces() override { return control_.observations().traces(); }
  Result<unsigned> start_capture(const CaptureRequest& request) override {
    return control_.observations().start_capture(request);
  }
  Result<CaptureStatus> stop_capture(unsigned number) override {
    return control_.observations().stop_capture(number);
  }
  std::vector<CaptureStatus> captures() override { return control_.observations().captures(); }

  TimeMs now_ms() const override { return host_.now_ms(); }
  std::uint64_t cycles_per_second() const override { return host_.clock().tsc_per_ms() * 1000; }
  EventJournal& events() override { return control_.events(); }

  bool forwarding() const override;
  void set_forwarding(bool on) override;

  const Settings& settings() const override { return host_.settings(); }

 private:
  class Questions;

  HavipStatus havip_status(const HavipEntry& entry, Family family, const HavipSnapshot& snapshot) const;
  PortStatus port_status(std::string_view name, PortId id, const std::string& device, const Mac& mac) const;

  ControlPlane& control_;
  DataplaneHost& host_;
  LateAnswers late_;
};

}  // namespace vipswitch
