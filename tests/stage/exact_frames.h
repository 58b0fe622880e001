#pragma once

// Bursts whose frames lie in memory of exactly their own size, one allocation each, with nothing around them:
// under AddressSanitizer a stage that reads or writes a byte beyond a frame's ends is caught, which it is not
// inside the pool's large buffers.

#include <string_view>
#include <vector>

#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::testing {

// Makes a batch of packets of the port. Their memory goes when they are freed.
void fill_exactly(InProcessSwitch& vswitch, Batch& batch, std::string_view port,
                  const std::vector<Frame>& frames);

// What receiving the batch does to the worker; run_pipeline() or the single stages may follow.
void begin_burst(InProcessSwitch& vswitch, const Batch& batch);

// As InProcessSwitch::inject().
std::vector<Sent> inject_exactly(InProcessSwitch& vswitch, std::string_view port,
                                 const std::vector<Frame>& frames);

}  // namespace vipswitch::testing
