#pragma once

// What a scrape gives: the metrics by name, from one table (metrics.def), and how the state of the switch
// becomes Prometheus families.
//
// In two steps, so that the control thread is held up by the first alone: collect() copies numbers and names
// (control thread, 0.1 us a HAVIP, no worker is asked), to_families() gives them labels (any
// thread, no shared state).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <vector>

#include "control/runtime/runtime_view.h"

namespace vipswitch::telemetry {

enum class Metric : std::uint8_t {
#define METRIC(name, type, unit, labels, help) name,
#include "control/telemetry/metrics.def"
#undef METRIC
};

struct MetricInfo {
  std::string_view name;
  std::string_view type;    // "counter", "gauge" or "histogram"
  std::string_view labels;  // separated by blanks, or "none"
  std::string_view help;
};

inline constexpr MetricInfo kMetrics[] = {
#define METRIC(name, type, unit, labels, help) {#name, #type, #labels, help},
#include "control/telemetry/metrics.def"
#undef METRIC
};

inline constexpr std::size_t kMetricCount = sizeof(kMetrics) / sizeof(kMetrics[0]);

constexpr const MetricInfo& info(Metric metric) noexcept {
  return kMetrics[static_cast<std::size_t>(metric)];
}

// What one scrape is made of.
struct Collection {
  bool forwarding = false;
  TimeMs now_ms = 0;
  std::uint64_t cycles_per_second = 1;
  std::chrono::duration<double> took{};
  std::vector<PortStatus> ports;
  std::vector<WorkerStatus> workers;
  std::vector<DropCount> drops;
  std::vector<LearnCount> learning;
  std::vector<HavipSummary> havips;
  FailoverTotals failovers;
  std::vector<NeighbourStatus> neighbours;
  std::vector<TableStatus> tables;
};

Collection collect(RuntimeView& runtime);

struct FamilyOptions {
  std::chrono::duration<double> started_at{};  // since 1970
  bool per_havip = true;
};

// The families of a scrape; a metric without samples has none.
std::vector<prometheus::MetricFamily> to_families(const Collection& collection, const FamilyOptions& options);

// Those of a scrape that control did not answer.
std::vector<prometheus::MetricFamily> families_without_answer();

}  // namespace vipswitch::telemetry
