#pragma once

// GET http://ADDRESS:PORT/metrics for Prometheus. Threads of its own serve it; for each scrape they ask
// control once (control_calls.h) and turn the answer into text by themselves.

#include <functional>
#include <memory>

#include "control/config/settings.h"
#include "control/telemetry/control_calls.h"
#include "control/telemetry/metrics.h"
#include "vipswitch/result.h"

namespace prometheus {
class Exposer;
}

namespace vipswitch::telemetry {

class PrometheusEndpoint {
 public:
  // `collection` is made by the control thread. Errors: io, for an address that cannot be had, with the
  // system's reason.
  static Result<std::unique_ptr<PrometheusEndpoint>> start(const ListenAddress& listen,
                                                           const FamilyOptions& options,
                                                           std::shared_ptr<ControlCalls> calls,
                                                           std::function<Collection()> collection);
  // Waits for scrapes under way, so `calls` must have been closed.
  ~PrometheusEndpoint();
  PrometheusEndpoint(const PrometheusEndpoint&) = delete;
  PrometheusEndpoint& operator=(const PrometheusEndpoint&) = delete;

 private:
  class Scrape;

  PrometheusEndpoint() = default;

  std::shared_ptr<Scrape> scrape_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace vipswitch::telemetry
