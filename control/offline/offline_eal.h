#pragma once

// DPDK's environment for a process that forwards nothing: memory of its own instead of hugepages, no devices
// but those that are made up, no telemetry, nothing shared. It needs no root, any number of such processes
// run beside each other and beside switches, and no file outlives the start.
//
// Errors: io, if there is no temporary directory to start in; internal, with EAL's own reason.

#include <memory>

#include "control/process/eal.h"

namespace vipswitch {

Result<std::unique_ptr<Eal>> start_offline_eal(unsigned memory_mb);

}  // namespace vipswitch
