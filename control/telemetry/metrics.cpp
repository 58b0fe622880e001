#include "control/telemetry/metrics.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <initializer_list>
#include <utility>

#include "control/text/format.h"
#include "control/text/words.h"
#include "version.h"

namespace vipswitch::telemetry {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

std::vector<std::string> label_names(std::string_view labels) {
  std::vector<std::string> names;
  if (labels == "none") return names;
  while (!labels.empty()) {
    const auto end = labels.find(' ');
    names.emplace_back(labels.substr(0, end));
    labels.remove_prefix(end == std::string_view::npos ? labels.size() : end + 1);
  }
  return names;
}

prometheus::MetricType type_of(std::string_view word) {
  if (word == "counter") return prometheus::MetricType::Counter;
  return word == "histogram" ? prometheus::MetricType::Histogram : prometheus::MetricType::Gauge;
}

// The samples so far, by metric.
class Families {
 public:
  Families() {
    for (std::size_t i = 0; i < kMetricCount; ++i) {
      const MetricInfo& metric = kMetrics[i];
      names_[i] = label_names(metric.labels);
      families_[i].name = metric.name;
      families_[i].help = metric.help;
      families_[i].type = type_of(metric.type);
    }
  }

  void add(Metric metric, std::initializer_list<std::string_view> labels, double value) {
    const auto index = static_cast<std::size_t>(metric);
    assert(labels.size() == names_[index].size());
    ClientMetric sample;
    sample.label.reserve(labels.size());
    auto name = names_[index].begin();
    for (const auto label : labels) sample.label.push_back({*name++, std::string(label)});
    (families_[index].type == prometheus::MetricType::Counter ? sample.counter.value : sample.gauge.value) =
        value;
    families_[index].metric.push_back(std::move(sample));
  }
  // Beyond 2^53, which a counter of packets reaches in decades, the last digits are rounded.
  void add(Metric metric, std::initializer_list<std::string_view> labels, std::uint64_t value) {
    add(metric, labels, static_cast<double>(value));
  }

  template <std::size_t kCount>
  void add(Metric metric, const Histogram<kCount>& histogram) {
    ClientMetric sample;
    sample.histogram.sample_count = histogram.count();
    sample.histogram.sample_sum = histogram.sum();
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < kCount; ++i) {
      cumulative += histogram.counts()[i];
      sample.histogram.bucket.push_back({cumulative, histogram.bounds()[i]});
    }
    families_[static_cast<std::size_t>(metric)].metric.push_back(std::move(sample));
  }

  std::vector<MetricFamily> take() {
    std::vector<MetricFamily> taken;
    for (auto& family : families_) {
      if (!family.metric.empty()) taken.push_back(std::move(family));
    }
    return taken;
  }

 private:
  std::array<std::vector<std::string>, kMetricCount> names_;
  std::array<MetricFamily, kMetricCount> families_;
};

double as_number(bool value) {
  return value ? 1.0 : 0.0;
}

void add_ports(Families& families, const std::vector<PortStatus>& ports) {
  for (const PortStatus& port : ports) {
    families.add(Metric::vipswitch_port_link_up, {port.name}, as_number(port.link_up));
    families.add(Metric::vipswitch_port_receive_packets_total, {port.name}, port.rx_packets);
    families.add(Metric::vipswitch_port_receive_bytes_total, {port.name}, port.rx_bytes);
    families.add(Metric::vipswitch_port_transmit_packets_total, {port.name}, port.tx_packets);
    families.add(Metric::vipswitch_port_transmit_bytes_total, {port.name}, port.tx_bytes);
    families.add(Metric::vipswitch_port_receive_missed_packets_total, {port.name}, port.rx_missed);
    families.add(Metric::vipswitch_port_dropped_packets_total, {port.name}, port.drops);
    for (const PortDropCount& drop : port.drop_counts) {
      const auto reason = vipswitch::info(drop.reason).name;
      const auto by_reason = Metric::vipswitch_port_dropped_packets_by_reason_total;
      if (drop.packets != 0) families.add(by_reason, {port.name, "rx", reason}, drop.packets);
      if (drop.tx_packets != 0) families.add(by_reason, {port.name, "tx", reason}, drop.tx_packets);
    }
  }
}

void add_worker_packets(Families& families, const std::string& lcore, const WorkerStatus& worker) {
  const auto in = Metric::vipswitch_worker_packets_in_total;
  families.add(in, {lcore, "rx"}, worker.rx);
  families.add(in, {lcore, "generated"}, worker.generated);
  families.add(in, {lcore, "replicated"}, worker.replicated);
  families.add(in, {lcore, "handed_in"}, worker.handed_in);
  const auto out = Metric::vipswitch_worker_packets_out_total;
  families.add(out, {lcore, "tx"}, worker.tx);
  families.add(out, {lcore, "dropped"}, worker.dropped);
  families.add(out, {lcore, "consumed"}, worker.consumed);
  families.add(out, {lcore, "to_control"}, worker.to_control);
  families.add(out, {lcore, "handed_out"}, worker.handed_out);
  families.add(Metric::vipswitch_worker_fragmented_packets_total, {lcore}, worker.fragmented);
  families.add(Metric::vipswitch_worker_icmp_errors_total, {lcore}, worker.errors_told);
  families.add(Metric::vipswitch_worker_conserved, {lcore}, as_number(worker.conserved()));
}

void add_workers(Families& families, const Collection& collection) {
  const auto seconds = [&](std::uint64_t cycles) {
    return static_cast<double>(cycles) / static_cast<double>(collection.cycles_per_second);
  };
  for (const WorkerStatus& worker : collection.workers) {
    const std::string lcore = std::to_string(worker.lcore);
    families.add(Metric::vipswitch_worker_polls_total, {lcore}, worker.polls);
    families.add(Metric::vipswitch_worker_empty_polls_total, {lcore}, worker.empty_polls);
    families.add(Metric::vipswitch_worker_sleeps_total, {lcore}, worker.sleeps);
    families.add(Metric::vipswitch_worker_busy_seconds_total, {lcore}, seconds(worker.busy_cycles));
    families.add(Metric::vipswitch_worker_idle_seconds_total, {lcore}, seconds(worker.idle_cycles));
    add_worker_packets(families, lcore, worker);
  }
}

void add_havip(Families& families, const HavipSummary& havip, TimeMs now_ms) {
  const auto address = fmt::to_string(havip.address);
  if (!havip.owner.empty()) {
    families.add(Metric::vipswitch_havip_owner, {havip.name, havip.subnet, address, havip.owner}, 1.0);
  }
  families.add(Metric::vipswitch_havip_state, {havip.name, havip.subnet, address, to_word(havip.state)}, 1.0);
  families.add(Metric::vipswitch_havip_owner_changes_total, {havip.name, havip.subnet, address},
               std::uint64_t{havip.owner_changes});
  if (!havip.owner.empty() && havip.owner_since_ms >= 0) {
    // A worker's clock may be a little ahead of control's.
    const auto age_ms = std::max(now_ms - havip.owner_since_ms, TimeMs{0});
    families.add(Metric::vipswitch_havip_owner_age_seconds, {havip.name, havip.subnet, address},
                 static_cast<double>(age_ms) / 1000.0);
  }
  families.add(Metric::vipswitch_havip_delivered_to_old_owner_packets_total,
               {havip.name, havip.subnet, address}, havip.delivered_to_old_owner);
}

void add_havips(Families& families, const Collection& collection, bool per_havip) {
  static constexpr OwnerState kStates[] = {OwnerState::kUnknown,           OwnerState::kOwnedVrrp,
                                           OwnerState::kOwnedAnnouncement, OwnerState::kPinned,
                                           OwnerState::kSuspect,           OwnerState::kReleased};
  for (const OwnerState state : kStates) {
    const auto count = std::count_if(collection.havips.begin(), collection.havips.end(),
                                     [&](const HavipSummary& havip) { return havip.state == state; });
    families.add(Metric::vipswitch_havips, {to_word(state)}, static_cast<double>(count));
  }
  if (!per_havip) return;
  for (const HavipSummary& havip : collection.havips) add_havip(families, havip, collection.now_ms);
}

void add_failovers(Families& families, const FailoverTotals& failovers) {
  families.add(Metric::vipswitch_failover_decision_seconds, failovers.evidence_to_decision);
  families.add(Metric::vipswitch_failover_move_seconds, failovers.evidence_to_move);
  families.add(Metric::vipswitch_failover_first_packet_seconds, failovers.evidence_to_first_packet);
  families.add(Metric::vipswitch_failover_gap_seconds, failovers.gap);
  families.add(Metric::vipswitch_failover_dropped_packets, failovers.dropped);
}

void add_neighbours(Families& families, const std::vector<NeighbourStatus>& neighbours) {
  for (const std::string_view state : {"resolving", "resolved", "probing"}) {
    const auto count = std::count_if(neighbours.begin(), neighbours.end(),
                                     [&](const NeighbourStatus& each) { return each.state == state; });
    families.add(Metric::vipswitch_neighbours, {state}, static_cast<double>(count));
  }
}

}  // namespace

Collection collect(RuntimeView& runtime) {
  const auto begin = std::chrono::steady_clock::now();
  Collection collection;
  collection.forwarding = runtime.forwarding();
  collection.cycles_per_second = runtime.cycles_per_second();
  collection.ports = runtime.ports();
  collection.workers = runtime.workers();
  collection.drops = runtime.drops();
  collection.learning = runtime.learning();
  collection.havips = runtime.havip_summaries();
  collection.failovers = runtime.failover_totals();
  collection.now_ms = runtime.now_ms();
  collection.neighbours = runtime.neighbours();
  collection.tables = runtime.tables();
  collection.took = std::chrono::steady_clock::now() - begin;
  return collection;
}

std::vector<MetricFamily> to_families(const Collection& collection, const FamilyOptions& options) {
  Families families;
  families.add(Metric::vipswitch_up, {}, 1.0);
  families.add(Metric::vipswitch_build_info, {kVersion}, 1.0);
  families.add(Metric::vipswitch_start_time_seconds, {}, options.started_at.count());
  families.add(Metric::vipswitch_forwarding, {}, as_number(collection.forwarding));
  families.add(Metric::vipswitch_collection_seconds, {}, collection.took.count());
  add_ports(families, collection.ports);
  add_workers(families, collection);
  for (const DropCount& drop : collection.drops) {
    const auto& reason = vipswitch::info(drop.reason);
    families.add(Metric::vipswitch_dropped_packets_total, {reason.name, reason.stage}, drop.packets);
  }
  for (const LearnCount& learned : collection.learning) {
    families.add(Metric::vipswitch_learning_events_total, {vipswitch::info(learned.counter).name},
                 learned.count);
  }
  add_havips(families, collection, options.per_havip);
  add_failovers(families, collection.failovers);
  add_neighbours(families, collection.neighbours);
  for (const TableStatus& table : collection.tables) {
    families.add(Metric::vipswitch_table_entries, {table.name}, std::uint64_t{table.entries});
    families.add(Metric::vipswitch_table_capacity, {table.name}, std::uint64_t{table.capacity});
    families.add(Metric::vipswitch_table_bytes, {table.name}, table.bytes);
  }
  return families.take();
}

std::vector<MetricFamily> families_without_answer() {
  Families families;
  families.add(Metric::vipswitch_up, {}, 0.0);
  families.add(Metric::vipswitch_build_info, {kVersion}, 1.0);
  return families.take();
}

}  // namespace vipswitch::telemetry
