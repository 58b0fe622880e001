// Ports, the uplink and workers, as DataplaneRuntime tells of them.

#include <fmt/format.h>
#include <utility>

#include "control/model/device.h"
#include "control/runtime/dataplane_runtime.h"
#include "control/runtime/worker_totals.h"

namespace vipswitch {
namespace {

WorkerStatus worker_status(const WorkerTotals& totals) {
  WorkerStatus status{};
  status.polls = totals.polls;
  status.empty_polls = totals.empty_polls;
  status.sleeps = totals.sleeps;
  status.busy_cycles = totals.busy_cycles;
  status.idle_cycles = totals.idle_cycles;
  status.rx = totals.rx;
  status.generated = totals.generated;
  status.replicated = totals.replicated;
  status.handed_in = totals.handed_in;
  status.tx = totals.tx;
  status.dropped = totals.dropped;
  status.consumed = totals.consumed;
  status.to_control = totals.to_control;
  status.handed_out = totals.handed_out;
  status.fragmented = totals.fragmented;
  status.errors_told = totals.errors_told;
  return status;
}

// Zeros, if the kernel does not answer.
UplinkFilterStatus filter_status(const xdp::UplinkFilter& filter) {
  const auto asked = filter.status();
  const auto status = asked ? asked.value() : xdp::FilterStatus{};
  UplinkFilterStatus result{.is_attached = status.is_attached,
                            .is_native = status.mode == xdp::AttachMode::kNative,
                            .program_id = status.program_id,
                            .tag = status.tag,
                            .ipv4_addresses = status.ipv4.size,
                            .ipv4_capacity = status.ipv4.capacity,
                            .ipv6_addresses = status.ipv6.size,
                            .ipv6_capacity = status.ipv6.capacity};
  for (std::size_t i = 0; i < xdp::kVerdicts.size(); ++i) {
    const auto& verdict = xdp::kVerdicts[i];
    result.verdicts.push_back({verdict.name, verdict.help, verdict.side == xdp::VerdictSide::kSwitch,
                               status.counts[i].frames, status.counts[i].without_socket});
  }
  return result;
}

}  // namespace

PortStatus DataplaneRuntime::port_status(std::string_view name, PortId id, const std::string& device,
                                         const Mac& mac) const {
  const PortAttachments& ports = control_.tables().ports();
  const EthDevice& eth = *ports.device(id);
  const auto sum = [&](Counter PortCounters::*counter) {
    return ports.sum(id,
                     [counter](const PortCounters& counters) -> const Counter& { return counters.*counter; });
  };
  const auto sum_drops = [&](DropCounters PortCounters::*drops, std::size_t reason) {
    return ports.sum(
        id, [=](const PortCounters& counters) -> const Counter& { return (counters.*drops)[reason]; });
  };
  PortStatus status{.name = std::string(name),
                    .device = device,
                    .driver = eth.driver(),
                    .mac = mac,
                    .link_up = eth.is_link_up(),
                    .mtu = eth.mtu(),
                    .rx_queues = eth.queues(),
                    .tx_queues = eth.queues(),
                    .rx_packets = sum(&PortCounters::rx_packets),
                    .rx_bytes = sum(&PortCounters::rx_bytes),
                    .tx_packets = sum(&PortCounters::tx_packets),
                    .tx_bytes = sum(&PortCounters::tx_bytes),
                    .rx_missed = eth.stats().rx_missed,
                    .drops = 0};
  for (std::size_t reason = 0; reason < kDropReasonCount; ++reason) {
    const PortDropCount count{static_cast<DropReason>(reason), sum_drops(&PortCounters::drops, reason),
                              sum_drops(&PortCounters::tx_drops, reason)};
    status.drops += count.packets;
    status.tx_drops += count.tx_packets;
    if (count.packets + count.tx_packets != 0) status.drop_counts.push_back(count);
  }
  return status;
}

std::vector<PortStatus> DataplaneRuntime::ports() {
  const Registry& registry = control_.tables().registry();
  std::vector<PortStatus> result;
  if (registry.uplink) {
    const auto& spec = registry.uplink->spec;
    result.push_back(port_status(kUplinkName, registry.uplink->id, model::device_arguments(spec), spec.mac));
  }
  for (const auto& [name, port] : registry.ports) {
    result.push_back(port_status(name, port.id, model::device_arguments(port.spec), port.spec.mac));
  }
  return result;
}

std::optional<UplinkStatus> DataplaneRuntime::uplink() {
  const auto& uplink = control_.tables().registry().uplink;
  if (!uplink) return std::nullopt;
  const auto& spec = uplink->spec;
  UplinkStatus status{.port = port_status(kUplinkName, uplink->id, model::device_arguments(spec), spec.mac),
                      .interface = spec.interface.value_or("")};
  const EthDevice& device = *control_.tables().ports().device(uplink->id);
  const DeviceStats stats = device.stats();
  status.rx_errors = stats.rx_errors;
  status.tx_errors = stats.tx_errors;
  for (const BondMember& member : device.members())
    status.members.push_back({member.name, member.is_up, member.is_active});
  if (const auto* filter = control_.tables().uplink_filter()) status.filter = filter_status(*filter);
  return status;
}

std::vector<WorkerStatus> DataplaneRuntime::workers() {
  const Registry& registry = control_.tables().registry();
  std::vector<WorkerStatus> result;
  for (std::size_t i = 0; i < host_.workers().size(); ++i) {
    Worker& worker = *host_.workers()[i];
    WorkerStatus status =
        worker_status(control_.is_stuck(i) ? worker.state().counters.totals() : totals_of(worker, late_));
    status.lcore = host_.lcores()[i];
    status.load_percent = control_.load_of(i).percent;
    status.packets_per_poll = control_.load_of(i).packets_per_poll;
    status.stuck = control_.is_stuck(i);
    for (const RxQueue& queue : control_.tables().ports().queues_of(i)) {
      const std::string port = registry.port_name(queue.port);
      status.queues.push_back(
          fmt::format("{}:{}", port.empty() ? std::string(kUplinkName) : port, queue.queue));
    }
    result.push_back(std::move(status));
  }
  return result;
}

}  // namespace vipswitch
