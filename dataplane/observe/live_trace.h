#pragma once

// `trace add`: what each stage did with the first packets of a port that match a filter. A fixed number of
// entries, made by control before the trace is armed. A worker takes an entry by one atomic addition, writes
// it alone, and gives it away (release); control reads what was given away (acquire), and frees the trace
// after a grace period.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>

#include "dataplane/observe/packet_filter.h"
#include "dataplane/observe/stage_record.h"
#include "vipswitch/ids.h"

namespace vipswitch {

struct TraceEntry {
  static constexpr std::size_t kMaxStages = static_cast<std::size_t>(Stage::kTx);  // those before tx

  TimeMs at_ms = 0;
  std::uint32_t size = 0;  // of the packet
  std::uint16_t head_size = 0;
  std::uint8_t stage_count = 0;
  std::array<std::uint8_t, StageRecord::kHeadBytes> received{};  // as it came
  std::array<StageRecord, kMaxStages> stages{};                  // up to the one that decided
  std::atomic<bool> is_done{false};
};

struct LiveTrace {
  LiveTrace(PortId traced_port, PacketFilter packet_filter, std::uint32_t entry_count)
      : port(traced_port),
        filter(std::move(packet_filter)),
        capacity(entry_count),
        entries(new TraceEntry[entry_count]) {}

  // A worker. Null: they are used up.
  TraceEntry* take() noexcept {
    if (taken.load(std::memory_order_relaxed) >= capacity) return nullptr;
    const std::uint32_t index = taken.fetch_add(1, std::memory_order_relaxed);
    return index < capacity ? &entries[index] : nullptr;
  }

  const PortId port;
  const PacketFilter filter;
  const std::uint32_t capacity;
  std::atomic<std::uint32_t> taken{0};  // may run past `capacity` by a few
  const std::unique_ptr<TraceEntry[]> entries;
};

}  // namespace vipswitch
