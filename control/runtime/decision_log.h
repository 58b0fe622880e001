#pragma once

// The last decisions of each HAVIP's election, from the workers' events, in the operator's names. Control
// thread only.

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "control/publish/registry.h"
#include "control/runtime/havip_status.h"
#include "control/runtime/slot_history.h"
#include "vipswitch/event.h"

namespace vipswitch {

class DecisionLog {
 public:
  // Of all HAVIPs together, about 300 MB; beyond that each keeps its share.
  static constexpr std::size_t kMostOfAll = 2'000'000;

  explicit DecisionLog(std::size_t most_of_each) : decisions_(most_of_each, kMostOfAll) {}

  // `tsc_per_second` turns the event's cycles into time; `now_tsc` and `now_unix_us` are the same instant.
  // Valid until the next call.
  const Decision& add(const Event& event, const Registry& registry, std::uint64_t tsc_per_second,
                      std::uint64_t now_tsc, std::int64_t now_unix_us);
  // The last `count`, newest last.
  std::vector<Decision> of(HavipId havip, std::size_t count = kRecentDecisions) const {
    return decisions_.of(havip, count);
  }
  // Null before the first one.
  const Decision* last_of(HavipId havip) const { return decisions_.last(havip); }
  // Forgets slots that no HAVIP has any more: each will mean another one.
  void keep_only(const std::map<HavipId, SlotHolder>& slots) { decisions_.keep_only(slots); }

 private:
  SlotHistory<Decision> decisions_;
};

}  // namespace vipswitch
