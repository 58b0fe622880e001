#pragma once

// What a running switch tells monitoring: the commands of rte_telemetry, always, and the Prometheus endpoint
// where the settings ask for one. All of it asks the control thread through ControlCalls.

#include <functional>
#include <memory>
#include <string_view>

#include "control/config/settings.h"
#include "control/telemetry/control_calls.h"
#include "control/telemetry/prometheus_endpoint.h"
#include "control/telemetry/telemetry_commands.h"
#include "control/telemetry/telemetry_documents.h"
#include "vipswitch/result.h"

namespace vipswitch::telemetry {

class Telemetry {
 public:
  // `notice` is told what the operator should know. Errors: io, see PrometheusEndpoint.
  static Result<std::unique_ptr<Telemetry>> start(const MetricsSettings& settings,
                                                  const DocumentSources& sources,
                                                  const std::function<void(std::string_view)>& notice);
  // Whoever still asks gets an error; waits for the endpoint's threads. Control thread.
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  // For the control loop: call serve() when it is readable.
  int fd() const noexcept { return calls_->fd(); }
  void serve() { calls_->serve(); }

 private:
  Telemetry() = default;

  std::shared_ptr<ControlCalls> calls_ = std::make_shared<ControlCalls>();
  std::unique_ptr<TelemetryCommands> commands_;
  std::unique_ptr<PrometheusEndpoint> endpoint_;
};

}  // namespace vipswitch::telemetry
