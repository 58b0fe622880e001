#pragma once

// Purpose: the clock of each failover, put together from what workers tell of it: the decision
//   (kOwnerChanged), the move of the data (kDataMoved) and the first packet to the new owner
//   (kFirstDelivered).
// Shape: the events of one slot belong together by the `sequence` of the decision and may come in any order;
//   those of the last kAssembled sequences of a slot wait for each other. A move to nobody and the next move
//   to a port are one failover. Without its decision, which the ring may have lost, a move is none.
//   The last kKept failovers of each slot are kept, about kMostOfAll of all.
// Units: events come in TSC cycles, failovers in ns after the evidence.
// Who writes and reads: control thread only. Cost: two map lookups an event.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "control/publish/registry.h"
#include "control/runtime/failover_totals.h"
#include "control/runtime/havip_status.h"
#include "control/runtime/slot_history.h"
#include "vipswitch/event.h"

namespace vipswitch {

// The same instant by both clocks, and how they relate.
struct ClockReading {
  std::uint64_t tsc;
  std::int64_t unix_us;
  std::uint64_t tsc_per_second;
};

class FailoverLog {
 public:
  static constexpr std::size_t kKept = 64;  // of each HAVIP
  static constexpr std::size_t kMostOfAll = 500'000;

  // Other kinds of events are ignored.
  void add(const Event& event, const Registry& registry, const ClockReading& now);
  // The last ones, newest last.
  std::vector<Failover> of(HavipId havip) const { return failovers_.of(havip); }
  const FailoverTotals& totals() const noexcept { return totals_; }
  // Forgets slots that no HAVIP has any more: each will mean another one.
  void keep_only(const std::map<HavipId, SlotHolder>& slots);

 private:
  static constexpr std::size_t kAssembled = 3;

  struct Decided {
    PortId to;
    std::uint64_t tsc;
    std::uint32_t evidence_cycles;
    Trigger trigger;
  };
  struct Moved {
    PortId from, to;
    std::uint64_t tsc, last_packet_tsc, dropped;
  };
  struct Delivered {
    PortId to;
    std::uint64_t tsc, dropped;
  };
  // What is known of one decision. Sequence 0: the place is free.
  struct Parts {
    std::uint32_t sequence = 0;
    std::optional<Decided> decided;
    std::optional<Moved> moved;
    std::optional<Delivered> delivered;

    bool names(PortId port) const { return (moved && moved->to == port) || (decided && decided->to == port); }
  };
  using Assembly = std::array<Parts, kAssembled>;

  static Parts* place_of(Assembly& assembly, std::uint32_t sequence);
  static Parts* place_of_delivery(Assembly& assembly, const Event& event);
  static const Moved* loss_before(const Assembly& assembly, std::uint32_t sequence);
  void assemble(HavipId havip, const Assembly& assembly, const Parts& parts, const Registry& registry,
                const ClockReading& now);
  Failover* find(HavipId havip, std::uint32_t sequence);
  std::string name_of(HavipId havip, PortId port, std::uint32_t before, const Registry& registry);
  void count_decision(const Failover& failover, bool has_packet);
  void count_delivery(const Failover& failover, bool has_packet);

  std::map<HavipId, Assembly> assemblies_;
  SlotHistory<Failover> failovers_{kKept, kMostOfAll};
  FailoverTotals totals_;
};

}  // namespace vipswitch
