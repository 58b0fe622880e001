#include "dataplane/havip_slot.h"

namespace vipswitch {

void HavipCold::clear() noexcept {
  rte_spinlock_init(&lock);
  sequence = 0;
  owner_since_ms.store(-1, std::memory_order_relaxed);
  suspect_from_ms.store(kNeverMs, std::memory_order_relaxed);
  state.store(OwnerState::kUnknown, std::memory_order_relaxed);
  set_steering({});
  is_handing_over = false;
  prober.rest();
  election.clear();
  for (NoticeTime& notice : notices) notice.clear();
  disagreements = 0;
  unclaimed_since = -1;
  outranked = PortId();
  outranked_at = 0;
}

}  // namespace vipswitch
