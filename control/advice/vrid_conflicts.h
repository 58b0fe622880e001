#pragma once

// Purpose: finds groups that use one VRID in one subnet though they share no HAVIP, and tells each once while
//   it lasts: event vrid_conflict. The switch keeps their adverts apart, guests elsewhere may not.
// Shape: a watch that remembers the conflicts it told. Control thread only.
// Cost: a pass over all speakers every kPeriodMs.
// Source: owner learning 5.4.

#include <compare>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "control/event/event_journal.h"
#include "control/runtime/havip_status.h"

namespace vipswitch::advice {

struct VridConflict {
  const VrrpSpeaker* one;
  const VrrpSpeaker* other;
};

// Both advert, within the last minute, in one subnet, family and VRID, and list HAVIPs, none of them the
// same.
bool is_vrid_conflict(const VrrpSpeaker& one, const VrrpSpeaker& other);

// One for each subnet, family and VRID that has any. `speakers` in the order of
// RuntimeView::vrrp_speakers().
std::vector<VridConflict> find_vrid_conflicts(std::span<const VrrpSpeaker> speakers);

class VridConflictWatch {
 public:
  static constexpr TimeMs kPeriodMs = 10'000;

  explicit VridConflictWatch(EventJournal& events) : events_(events) {}

  // `speakers` is asked once every kPeriodMs.
  void tick(TimeMs now, const std::function<std::vector<VrrpSpeaker>()>& speakers);

 private:
  struct Group {
    std::string subnet;
    Family family;
    std::uint8_t vrid;
    auto operator<=>(const Group&) const = default;
  };

  EventJournal& events_;
  TimeMs next_ms_ = kPeriodMs;
  std::set<Group> told_;
};

}  // namespace vipswitch::advice
