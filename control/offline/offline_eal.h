#pragma once

// DPDK's environment for a process that forwards nothing: memory of its own instead of hugepages, no devices
// but those that are made up, no telemetry, nothing shared. It needs no root, any number of such processes
// run beside each other and beside switches, and no file outlives the start.
//
// Errors: io, if there is no temporary directory to start in; internal, with EAL's own reason.

#include <cstdint>
#include <memory>

#include "control/process/eal.h"

namespace vipswitch {

enum class OfflineMemory : std::uint8_t {
  kOrdinary,
  kHugepages,  // needs root and so many of them free: for who measures what large tables cost
};

Result<std::unique_ptr<Eal>> start_offline_eal(unsigned memory_mb,
                                               OfflineMemory memory = OfflineMemory::kOrdinary);

}  // namespace vipswitch
