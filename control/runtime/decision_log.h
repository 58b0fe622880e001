#pragma once

// The last decisions of each HAVIP's election, from the workers' events, in the operator's names. Control
// thread only.

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "control/publish/registry.h"
#include "control/runtime/runtime_view.h"
#include "vipswitch/event.h"

namespace vipswitch {

class DecisionLog {
 public:
  static constexpr std::size_t kKept = 64;  // of each HAVIP

  // `tsc_per_second` turns the event's cycles into time; `now_tsc` and `now_unix_us` are the same instant.
  // Valid until the next call.
  const Decision& add(const Event& event, const Registry& registry, std::uint64_t tsc_per_second,
                      std::uint64_t now_tsc, std::int64_t now_unix_us);
  std::vector<Decision> of(HavipId havip) const;
  // Null before the first one.
  const Decision* last_of(HavipId havip) const;
  // Forgets slots that no HAVIP has any more: each will mean another one.
  void keep_only(const std::map<HavipId, SlotHolder>& slots);

 private:
  std::map<HavipId, std::deque<Decision>> decisions_;
};

}  // namespace vipswitch
