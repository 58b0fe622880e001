#pragma once

// What the tests of control share: a small world of objects, a publisher that records, a runtime with canned
// answers, and an assertion about refusals.

#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "control/model/model.h"
#include "control/publish/publisher.h"
#include "control/runtime/runtime_view.h"
#include "control/text/make_error.h"

namespace vipswitch::test {

// EXPECT_TRUE(refused(result, code, message)): the code and the whole message.
template <class T>
testing::AssertionResult refused(const Result<T>& result, ErrorCode code, const std::string& message) {
  if (result.ok()) return testing::AssertionFailure() << "succeeded, expected: " << message;
  const auto& error = result.error();
  if (error.code == code && error.message == message) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "code " << static_cast<int>(error.code) << ", message:\n  "
                                     << error.message << "\nexpected code " << static_cast<int>(code)
                                     << ", message:\n  " << message;
}

template <class T>
testing::AssertionResult succeeded(const Result<T>& result) {
  if (result.ok()) return testing::AssertionSuccess();
  return testing::AssertionFailure() << result.error().message;
}

inline model::Vpc make_vpc(std::string name, std::uint32_t vni) {
  return {std::move(name), Vni(vni)};
}

inline model::Subnet make_subnet(std::string name, std::string vpc, Ipv4 network, Ipv4 gateway,
                                 std::uint8_t length = 24) {
  return {std::move(name), std::move(vpc), Ipv4Prefix{network, length}, gateway};
}

// A port of 10.77.0.0/24: its MAC, address and device follow from `number`, its instance is vm<number>.
inline model::Port make_port(std::string name, std::uint8_t number, std::string subnet = "web") {
  const auto digits = std::to_string(number);
  return {std::move(name),
          "vm" + digits,
          model::Nic::kPrimary,
          std::move(subnet),
          Mac(0x52, 0x54, 0, 0x77, 0, number),
          Ipv4(10, 77, 0, number),
          std::nullopt,
          "net_af_packet" + digits + ",iface=sw-vm" + digits};
}

inline model::Uplink make_uplink() {
  model::Uplink uplink;
  uplink.device = "net_af_packet0,iface=sw-inet";
  uplink.mac = Mac(0x02, 0, 0x5e, 0x10, 0, 1);
  uplink.addresses = {{Ipv4(198, 51, 100, 2), 24}};
  uplink.gateway = Ipv4(198, 51, 100, 1);
  return uplink;
}

// VPC shop with subnet web (10.77.0.0/24), ports p11 and p12, HAVIP front (10.77.0.100) bound to both, EIP
// public (203.0.113.10) bound to it, and an uplink.
inline model::Objects make_world() {
  model::Objects world;
  world.uplink = make_uplink();
  world.vpcs.emplace("shop", make_vpc("shop", 1001));
  world.subnets.emplace("web", make_subnet("web", "shop", Ipv4(10, 77, 0, 0), Ipv4(10, 77, 0, 1)));
  world.ports.emplace("p11", make_port("p11", 11));
  world.ports.emplace("p12", make_port("p12", 12));
  world.havips.emplace("front", model::Havip{"front", "web", Ipv4(10, 77, 0, 100), {}, {"p11", "p12"}});
  world.eips.emplace("public", model::Eip{"public", Ipv4(203, 0, 113, 10),
                                          model::EipTarget{model::TargetKind::kHavip, "front"}});
  return world;
}

class RecordingPublisher final : public Publisher {
 public:
  Result<void> publish(const model::Objects& after, const model::ChangeSet& changes) override {
    if (fails) return make_error(ErrorCode::table_full, "eip: the table is full");
    published.push_back(changes);
    last = after;
    return {};
  }
  Result<void> check(const model::Objects&, const model::ChangeSet&) override {
    if (fails) return make_error(ErrorCode::table_full, "eip: the table is full");
    return {};
  }

  bool fails = false;
  std::vector<model::ChangeSet> published;  // they lead to what is in the service's model, and to what was
  model::Objects last;
};

class CannedRuntime final : public RuntimeView {
 public:
  Result<std::vector<HavipStatus>> havip(std::string_view name) override {
    std::vector<HavipStatus> addresses;
    for (const auto& status : havips) {
      if (status.name == name) addresses.push_back(status);
    }
    if (!addresses.empty()) return addresses;
    return make_error(ErrorCode::not_found, "havip: \"{}\" does not exist, expected the name of a HAVIP",
                      name);
  }
  std::vector<HavipSummary> havip_summaries() override { return summaries; }
  std::vector<VrrpSpeaker> vrrp_speakers() override { return speakers; }
  FailoverTotals failover_totals() override { return failovers; }
  std::vector<TableStatus> tables() override { return table_statuses; }
  Result<std::vector<HavipStatus>> all_havips() override { return havips; }
  std::vector<PortStatus> ports() override { return port_statuses; }
  std::optional<UplinkStatus> uplink() override { return uplink_status; }
  std::vector<WorkerStatus> workers() override { return worker_statuses; }
  std::vector<DropCount> drops() override { return drop_counts; }
  std::vector<LearnCount> learning() override { return learn_counts; }
  std::vector<NeighbourStatus> neighbours() override { return neighbour_statuses; }
  Result<PacketTrace> trace_packet(const TraceRequest& request) override {
    traced = request;
    return packet_trace;
  }
  Result<unsigned> add_trace(const LiveTraceRequest& request) override {
    trace_request = request;
    return 1u;
  }
  Result<void> remove_trace(unsigned number) override {
    if (find_trace(number) != nullptr) return {};
    return make_error(ErrorCode::not_found, "trace: {} does not exist", number);
  }
  Result<LiveTraceStatus> trace(unsigned number) override {
    if (const auto* found = find_trace(number)) return *found;
    return make_error(ErrorCode::not_found, "trace: {} does not exist", number);
  }
  std::vector<LiveTraceStatus> traces() override { return live_traces; }
  Result<unsigned> start_capture(const CaptureRequest& request) override {
    capture_request = request;
    return 1u;
  }
  Result<CaptureStatus> stop_capture(unsigned number) override {
    for (const auto& capture : capture_statuses) {
      if (capture.number == number) return capture;
    }
    return make_error(ErrorCode::not_found, "capture: {} does not exist", number);
  }
  std::vector<CaptureStatus> captures() override { return capture_statuses; }
  TimeMs now_ms() const override { return now; }
  std::uint64_t cycles_per_second() const override { return 1'000'000'000; }
  EventJournal& events() override { return journal; }
  bool forwarding() const override { return is_forwarding; }
  void set_forwarding(bool on) override { is_forwarding = on; }
  const Settings& settings() const override { return started_with; }

  std::vector<HavipStatus> havips;
  std::vector<HavipSummary> summaries;
  std::vector<VrrpSpeaker> speakers;
  FailoverTotals failovers;
  std::vector<TableStatus> table_statuses;
  std::optional<UplinkStatus> uplink_status;
  std::vector<PortStatus> port_statuses;
  std::vector<WorkerStatus> worker_statuses;
  std::vector<DropCount> drop_counts;
  std::vector<LearnCount> learn_counts;
  std::vector<NeighbourStatus> neighbour_statuses;
  TraceRequest traced;
  PacketTrace packet_trace;
  LiveTraceRequest trace_request;
  std::vector<LiveTraceStatus> live_traces;
  CaptureRequest capture_request;
  std::vector<CaptureStatus> capture_statuses;
  TimeMs now = 0;
  EventJournal journal;
  bool is_forwarding = true;
  Settings started_with;

 private:
  const LiveTraceStatus* find_trace(unsigned number) const {
    for (const auto& each : live_traces) {
      if (each.number == number) return &each;
    }
    return nullptr;
  }
};

}  // namespace vipswitch::test
