#pragma once

// `capture`: copies of packets on their way to a file. A fixed number of slots goes round between the workers
// and the thread that writes the file, through two rings; a worker that finds no free slot, or its rate used
// up, leaves the packet out and counts it. Made by control, freed after a grace period.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <rte_ring.h>
#include <vector>

#include "dataplane/dpdk_handle.h"
#include "dataplane/observe/packet_filter.h"
#include "dataplane/token_bucket.h"
#include "vipswitch/drop_reason.h"
#include "vipswitch/ids.h"

namespace vipswitch {

enum class CaptureDirection : std::uint8_t { kIn, kOut };

struct CaptureSlot {
  static constexpr std::size_t kMaxBytes = 2048;

  std::uint64_t tsc;
  PortId port;             // it came from or goes to
  std::uint32_t size;      // of the packet
  std::uint32_t captured;  // bytes of it that are here
  CaptureDirection direction;
  bool is_dropped;
  DropReason reason;
  std::array<std::uint8_t, kMaxBytes> bytes;
};

struct CaptureTap {
  static constexpr unsigned kSlots = 1024;

  PortId port;              // invalid: every port
  bool only_drops = false;  // else every packet of `port`, in and out, dropped ones with the reason
  std::uint32_t snap_bytes = CaptureSlot::kMaxBytes;
  PacketFilter filter;
  std::vector<TokenBucket> rates;  // by worker, each touched by it alone
  RingHandle free, filled;         // of indexes into `slots`
  std::unique_ptr<CaptureSlot[]> slots;
  std::atomic<std::uint64_t> beyond_rate{0}, without_slot{0};
};

}  // namespace vipswitch
