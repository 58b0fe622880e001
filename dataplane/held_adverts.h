#pragma once

// Adverts that depose an owner, held back from it until the handover that they began is over: its keepalived
// would remove the address at once, and the new owner holds it only a moment later (owner learning 5.4
// "Handover"). At most kHandoverMs, which VRRP does not notice: it waits for three intervals.
//
// In its worker, which alone touches it. Beyond kCapacity nothing is held.

#include <array>
#include <cstddef>
#include <rte_mbuf.h>

#include "vipswitch/ids.h"

namespace vipswitch {

struct WorkerState;

class HeldAdverts {
 public:
  static constexpr std::size_t kCapacity = 64;

  HeldAdverts() noexcept = default;
  ~HeldAdverts();
  HeldAdverts(const HeldAdverts&) = delete;
  HeldAdverts& operator=(const HeldAdverts&) = delete;

  // False: no room, the caller keeps the packet.
  bool hold(WorkerState& worker, rte_mbuf* mbuf, PortId to, HavipId havip) noexcept;
  // Sends those whose handover is over; once a millisecond.
  void release_due(WorkerState& worker) noexcept;
  void release_all(WorkerState& worker) noexcept;
  std::size_t count() const noexcept { return count_; }

 private:
  struct Advert {
    rte_mbuf* mbuf;
    PortId to;
    HavipId havip;
  };

  template <class IsDue>
  void release(WorkerState& worker, IsDue&& is_due) noexcept;

  std::size_t count_ = 0;
  std::array<Advert, kCapacity> list_{};
};

}  // namespace vipswitch
