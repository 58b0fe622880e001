#include "control/telemetry/telemetry.h"

#include <chrono>
#include <fmt/format.h>
#include <string>

#include "control/text/format.h"

namespace vipswitch::telemetry {
namespace {

bool is_loopback(Ipv4 address) {
  return (address.host() >> 24) == 127;
}

void tell_endpoint(const ListenAddress& listen, const std::function<void(std::string_view)>& notice) {
  notice(fmt::format(
      "metrics at http://{}:{}/metrics{}", listen.address, listen.port,
      is_loopback(listen.address) ? "" : ", for every host that reaches this address, without a password"));
}

}  // namespace

Result<std::unique_ptr<Telemetry>> Telemetry::start(const MetricsSettings& settings,
                                                    const DocumentSources& sources,
                                                    const std::function<void(std::string_view)>& notice) {
  std::unique_ptr<Telemetry> telemetry(new Telemetry());
  if (settings.listen) {
    FamilyOptions options;
    options.per_havip = settings.per_havip;
    options.started_at = std::chrono::system_clock::now().time_since_epoch();
    auto endpoint = PrometheusEndpoint::start(*settings.listen, options, telemetry->calls_,
                                              [&runtime = sources.runtime] { return collect(runtime); });
    if (!endpoint) return endpoint.error();
    telemetry->endpoint_ = std::move(endpoint).value();
    tell_endpoint(*settings.listen, notice);
  }
  telemetry->commands_ = std::make_unique<TelemetryCommands>(
      telemetry->calls_, [sources](const std::string& command, const std::string& parameter) {
        return make_document(sources, command, parameter);
      });
  if (const auto missing = TelemetryCommands::missing_socket(); !missing.empty()) {
    notice(fmt::format("rte_telemetry answers nobody: DPDK made no socket {}", missing));
  }
  return telemetry;
}

Telemetry::~Telemetry() {
  calls_->close();
}

}  // namespace vipswitch::telemetry
