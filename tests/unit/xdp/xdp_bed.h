#pragma once

// A network namespace of the test process's own, with a veth pair whose end "uplink" an UplinkFilter can
// have, and the program of the build run on frames without a wire (BPF_PROG_TEST_RUN). Where the kernel
// forbids that, the test is skipped with the reason.

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "control/xdp/uplink_filter.h"
#include "tests/support/frame.h"

namespace vipswitch::testing {

// The object of the build directory, where the test is run from it; the installed one is another matter.
std::string built_object();

class XdpBed : public ::testing::Test {
 protected:
  static constexpr char kUplink[] = "uplink";

  void SetUp() override;
  void TearDown() override;

  // A filter on the uplink; a failure of the test if there is none.
  std::unique_ptr<xdp::UplinkFilter> attach(const xdp::FilterCapacities& capacities = {64, 64});

  // What the interface has; 0: nothing.
  static std::uint32_t attached_program();
};

struct RunOutcome {
  std::uint32_t action;
  Frame after;
};
// At least 14 bytes: the kernel takes no less.
RunOutcome run_program(const xdp::UplinkFilter& filter, const Frame& frame);

// The frames counted between two looks, by the name of the verdict: "ipv4 1".
std::string difference(const xdp::VerdictCounts& before, const xdp::VerdictCounts& after);

}  // namespace vipswitch::testing
