#include "dataplane/havip_table.h"

namespace vipswitch {

void HavipTable::open(HavipId id, const HavipRow* row, const owner::Election& election,
                      const Steering& steering, TimeMs now) {
  HavipCold& cold = this->cold(id);
  HavipWarm& warm = this->warm(id);
  cold.clear();
  if (auto* room = room_for(id, election.member_count())) cold.election.give_room(*room);
  cold.election.assign(election);
  cold.set_steering(steering);
  cold.review(now);
  cold.show_state(0);
  warm.set_predecessor(Predecessor());
  warm.delivered_to_old.store(0, std::memory_order_relaxed);
  warm.dropped.store(0, std::memory_order_relaxed);
  owner(id).store(OwnerWord::nobody(OwnerLocation::kUnknown, 0).raw(), std::memory_order_relaxed);
  warm.row.store(row, std::memory_order_release);
  deadlines_.lower(id.value(), cold.next_due(warm));
}

void HavipTable::close(HavipId id) noexcept {
  cold(id).clear();
  rooms_.erase(id.value());
}

owner::Members::Room* HavipTable::room_for(HavipId id, std::size_t members) {
  const auto found = rooms_.find(id.value());
  if (found != rooms_.end()) return found->second.get();
  if (members <= owner::Members::kInline) return nullptr;
  return rooms_.emplace(id.value(), std::make_unique<owner::Members::Room>()).first->second.get();
}

}  // namespace vipswitch
