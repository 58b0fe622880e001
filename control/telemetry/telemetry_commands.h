#pragma once

// The commands of rte_telemetry, DPDK's own Unix socket (dpdk-telemetry.py, exporters), for the documents of
// telemetry_documents.h. Their callbacks run in threads of DPDK that live as long as the process, and a
// command cannot be taken back; so the callbacks find what answers them through one place of this process,
// which is empty when no switch runs.

#include <functional>
#include <memory>
#include <string>

#include "control/telemetry/control_calls.h"
#include "control/telemetry/telemetry_documents.h"
#include "vipswitch/result.h"

namespace vipswitch::telemetry {

class TelemetryCommands {
 public:
  // Made by the control thread from a command and its parameter.
  using Answer = std::function<Result<shell::Json>(const std::string& command, const std::string& parameter)>;

  // EAL is up. At most one lives at a time.
  TelemetryCommands(std::shared_ptr<ControlCalls> calls, Answer answer);
  ~TelemetryCommands();
  TelemetryCommands(const TelemetryCommands&) = delete;
  TelemetryCommands& operator=(const TelemetryCommands&) = delete;

  // Where EAL should have made its socket; empty if the socket is there.
  static std::string missing_socket();
};

}  // namespace vipswitch::telemetry
