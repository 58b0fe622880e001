#include "tests/unit/xdp/xdp_bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <net/if.h>

#include "tests/support/private_network.h"

namespace vipswitch::testing {
namespace {

// Entered once; it goes with the process.
const std::string& reason_against_namespace() {
  static const std::string reason = enter_private_network();
  return reason;
}

}  // namespace

std::string built_object() {
  const char* path = std::getenv("VIPSWITCH_UPLINK_FILTER");
  return path != nullptr ? path : xdp::uplink_filter_object();
}

void XdpBed::SetUp() {
  if (const auto& reason = reason_against_namespace(); !reason.empty()) GTEST_SKIP() << reason;
  ASSERT_TRUE(run_command({"ip", "link", "add", kUplink, "type", "veth", "peer", "name", "provider"}));
  ASSERT_TRUE(run_command({"ip", "link", "set", kUplink, "up"}));
  ASSERT_TRUE(run_command({"ip", "link", "set", "provider", "up"}));
  const auto lease = xdp::UplinkLease::take(kUplink);
  if (!lease.ok()) GTEST_SKIP() << lease.error().message;
}

void XdpBed::TearDown() {
  if (if_nametoindex(kUplink) != 0) run_command({"ip", "link", "del", kUplink});
}

std::unique_ptr<xdp::UplinkFilter> XdpBed::attach(const xdp::FilterCapacities& capacities) {
  auto lease = xdp::UplinkLease::take(kUplink);
  if (!lease.ok()) {
    ADD_FAILURE() << lease.error().message;
    return nullptr;
  }
  auto filter = xdp::UplinkFilter::attach(std::move(lease).value(), built_object(), {}, capacities);
  if (!filter.ok()) {
    ADD_FAILURE() << filter.error().message;
    return nullptr;
  }
  return std::move(filter).value();
}

std::uint32_t XdpBed::attached_program() {
  std::uint32_t id = 0;
  if (bpf_xdp_query_id(static_cast<int>(if_nametoindex(kUplink)), 0, &id) != 0) return 0;
  return id;
}

RunOutcome run_program(const xdp::UplinkFilter& filter, const Frame& frame) {
  RunOutcome outcome{0, Frame(frame.size() + 256)};
  bpf_test_run_opts options{};
  options.sz = sizeof options;
  options.data_in = frame.data();
  options.data_size_in = static_cast<std::uint32_t>(frame.size());
  options.data_out = outcome.after.data();
  options.data_size_out = static_cast<std::uint32_t>(outcome.after.size());
  options.repeat = 1;
  if (bpf_prog_test_run_opts(filter.program(), &options) != 0) {
    ADD_FAILURE() << "BPF_PROG_TEST_RUN of " << frame.size() << " bytes: " << std::strerror(errno);
  }
  outcome.action = options.retval;
  outcome.after.resize(options.data_size_out);
  return outcome;
}

std::string difference(const xdp::VerdictCounts& before, const xdp::VerdictCounts& after) {
  std::string text;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (after[i].frames == before[i].frames) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", xdp::kVerdicts[i].name,
                        after[i].frames - before[i].frames);
  }
  return text;
}

}  // namespace vipswitch::testing
