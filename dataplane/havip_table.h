#pragma once

// The HAVIPs: slot -> owner word, what is read beside it now and then (warm), and election (cold lines).
//
// Owner words, eight to a cache line, are read by every worker for every packet to a HAVIP and written when
// an owner changes. What is warm is written then, too, and once a burst while there is no owner. Cold lines
// belong to whoever holds the slot's lock: a worker that has a claim, a timer or a command of control for it.
// Control itself never takes the lock (it may sleep, and would make a worker wait); it posts commands to the
// slot's home worker. The lock is held for one election step: bounded work, no calls out.
//
// Slots are assigned by control. open() and close() are control's, for a slot that no worker can reach: not
// published yet, or retired and a grace period past. A slot has place for two members; a room for more is
// control's to make before the third is bound, and lasts until the slot is closed.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "dataplane/deadline_tree.h"
#include "dataplane/dpdk_handle.h"
#include "dataplane/havip_slot.h"
#include "dataplane/owner/standalone_election.h"
#include "dataplane/owner_word.h"
#include "dataplane/recent_deliveries.h"
#include "vipswitch/ids.h"

namespace vipswitch {

// What control sees of a slot: a copy made by a worker under the lock.
struct HavipSnapshot {
  owner::StandaloneElection election;
  OwnerWord owner;
  std::uint32_t sequence = 0;
  TimeMs owner_since_ms = -1;
  Steering steering;
  TimeMs handover_ends_ms = owner::Election::kNever;  // kNever: no handover is under way
  std::uint32_t disagreements = 0;
  TimeMs now_ms = 0;
  std::uint64_t delivered_to_old = 0;
  std::uint64_t dropped = 0;
  TimeMs unclaimed_since_ms = -1;
  std::array<TimeMs, kNoticeCount> noticed_ms{};  // by Notice; -1: never
  TimeMs next_question_ms = owner::Election::kNever;
  owner::ProbeStatus probing{};
};

class HavipTable {
 public:
  explicit HavipTable(std::uint32_t capacity, Memory memory = Memory::kHuge) noexcept
      : capacity_(capacity),
        owners_(make_rte_array<std::atomic<std::uint64_t>>("havip_owners", capacity, memory)),
        warm_(make_rte_array<HavipWarm>("havip_warm", capacity, memory)),
        cold_(make_rte_array<HavipCold>("havip_cold", capacity, memory)),
        deadlines_(capacity, memory) {}

  bool is_valid() const noexcept { return owners_ && warm_ && cold_ && deadlines_.is_valid(); }
  std::uint32_t capacity() const noexcept { return capacity_; }
  // Without the rows.
  std::size_t bytes() const noexcept {
    return capacity_ * (sizeof(OwnerWord) + sizeof(HavipWarm) + sizeof(HavipCold)) + deadlines_.bytes() +
           rooms_.size() * sizeof(owner::Members::Room);
  }

  OwnerWord owner_word(HavipId id) const noexcept {
    return OwnerWord(owners_[id.value()].load(std::memory_order_acquire));
  }
  std::atomic<std::uint64_t>& owner(HavipId id) noexcept { return owners_[id.value()]; }
  // By id, for who reads or prefetches many.
  const std::atomic<std::uint64_t>* owners() const noexcept { return owners_.get(); }
  // Null: the slot is free.
  const HavipRow* row(HavipId id) const noexcept { return warm(id).row.load(std::memory_order_acquire); }
  // Whether the port still has the data, and is about to lose it.
  bool is_handing_over_from(HavipId id, PortId port, TimeMs now) const noexcept {
    return owner_word(id).is_port(port) && warm(id).has_predecessor(port, now);
  }
  HavipWarm& warm(HavipId id) noexcept { return warm_[id.value()]; }
  const HavipWarm& warm(HavipId id) const noexcept { return warm_[id.value()]; }
  const HavipCold& cold(HavipId id) const noexcept { return cold_[id.value()]; }
  HavipCold& cold(HavipId id) noexcept { return cold_[id.value()]; }
  DeadlineTree& deadlines() noexcept { return deadlines_; }

  // Incremented by every commit; a burst during which it stood still needs no second look at its owner words.
  std::atomic<std::uint64_t>& owner_epoch() noexcept { return owner_epoch_; }

  // Control, before workers run: each worker's own.
  void add_recent(const RecentDeliveries& recent) { recent_.push_back(&recent); }
  // When a worker last received a burst with a packet to the owner; 0: not known.
  std::uint64_t last_delivery_tsc(HavipId id, std::uint64_t now_tsc) const noexcept {
    std::uint64_t last = 0;
    for (const RecentDeliveries* recent : recent_) last = std::max(last, recent->last_tsc(id, now_tsc));
    return last;
  }

  // Control: makes an unreachable slot ready for publication.
  void open(HavipId id, const HavipRow* row, const owner::Election& election, const Steering& steering = {},
            TimeMs now = 0);
  // Control: the slot is not reached until it is opened again.
  void close(HavipId id) noexcept;
  // Control: where the slot's members may be; null: as few as that need none.
  owner::Members::Room* room_for(HavipId id, std::size_t members);

 private:
  std::uint32_t capacity_;
  RteArray<std::atomic<std::uint64_t>> owners_;
  RteArray<HavipWarm> warm_;
  RteArray<HavipCold> cold_;
  DeadlineTree deadlines_;
  std::vector<const RecentDeliveries*> recent_;
  alignas(64) std::atomic<std::uint64_t> owner_epoch_{0};
  // Control's alone, by slot.
  alignas(64) std::unordered_map<std::uint32_t, std::unique_ptr<owner::Members::Room>> rooms_;
};

}  // namespace vipswitch
