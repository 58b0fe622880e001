#include "tests/unit/xdp/xdp_bed.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vipswitch::testing {
namespace {

// Entered once; it goes with the process.
const std::string& reason_against_namespace() {
  static const std::string reason = [] {
    if (unshare(CLONE_NEWNET) != 0) return fmt::format("unshare(CLONE_NEWNET): {}", std::strerror(errno));
    // Nothing but the test's own frames: no solicitations and reports of the kernel's.
    if (!run({"sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1"})) return std::string("sysctl failed");
    if (!run({"ip", "link", "set", "lo", "up"})) return std::string("ip link set lo up failed");
    return std::string();
  }();
  return reason;
}

}  // namespace

std::string built_object() {
  const char* path = std::getenv("VIPSWITCH_UPLINK_FILTER");
  return path != nullptr ? path : xdp::uplink_filter_object();
}

bool run(const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return false;
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void XdpBed::SetUp() {
  if (const auto& reason = reason_against_namespace(); !reason.empty()) GTEST_SKIP() << reason;
  ASSERT_TRUE(run({"ip", "link", "add", kUplink, "type", "veth", "peer", "name", "provider"}));
  ASSERT_TRUE(run({"ip", "link", "set", kUplink, "up"}));
  ASSERT_TRUE(run({"ip", "link", "set", "provider", "up"}));
  const auto lease = xdp::UplinkLease::take(kUplink);
  if (!lease.ok()) GTEST_SKIP() << lease.error().message;
}

void XdpBed::TearDown() {
  if (if_nametoindex(kUplink) != 0) run({"ip", "link", "del", kUplink});
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
