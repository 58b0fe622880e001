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
// published yet, or retired and a grace period past.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <rte_spinlock.h>
#include <vector>

#include "dataplane/deadline_tree.h"
#include "dataplane/dpdk_handle.h"
#include "dataplane/owner/election.h"
#include "dataplane/owner/prober.h"
#include "dataplane/owner_word.h"
#include "dataplane/recent_deliveries.h"
#include "dataplane/rows.h"
#include "vipswitch/ids.h"

namespace vipswitch {

// The owner of before a handover, and how long it counts (election time): while the owner word still names
// it, it has the data; after that it may answer what it got. Bits 0-23 the port, 24-63 the milliseconds; 0:
// nobody.
class Predecessor {
 public:
  constexpr Predecessor() noexcept = default;
  explicit constexpr Predecessor(std::uint64_t raw) noexcept : raw_(raw) {}
  constexpr Predecessor(PortId port, TimeMs until) noexcept
      : raw_((port.value() & 0xffffffu) | static_cast<std::uint64_t>(until) << 24) {}

  constexpr std::uint64_t raw() const noexcept { return raw_; }
  constexpr bool is(PortId port, TimeMs now) const noexcept {
    return (raw_ & 0xffffffu) == port.value() && now < static_cast<TimeMs>(raw_ >> 24);
  }

 private:
  std::uint64_t raw_ = 0;
};

struct HavipWarm {
  std::atomic<const HavipRow*> row{nullptr};
  std::atomic<std::uint64_t> predecessor{0};  // written with the owner word
  // Packets resolved before a commit and sent after it; written only then, by any worker.
  std::atomic<std::uint64_t> delivered_to_old{0};
  // Packets for it while nobody owned it; written once a burst, only then, by any worker.
  std::atomic<std::uint64_t> dropped{0};

  bool has_predecessor(PortId port, TimeMs now) const noexcept {
    return Predecessor(predecessor.load(std::memory_order_acquire)).is(port, now);
  }
};
static_assert(sizeof(HavipWarm) == 32);

// What the operator says about the data of a HAVIP.
struct Steering {
  LearnMode mode = LearnMode::kEnforce;
  PortId port;  // kEnforce: the pinned port, if any; else the one that has the data, if any
  Handover handover = Handover::kAtOnce;
  std::uint8_t follow_vrid = 0;  // the group that the address belongs to; 0: what is learned
  bool is_pinned = false;        // the operator named `port`

  constexpr bool operator==(const Steering&) const noexcept = default;
};

struct alignas(64) HavipCold {
  rte_spinlock_t lock;
  std::uint32_t sequence;  // decisions so far
  // Written by the lock's holder after each step, for control, which reads without the lock.
  std::atomic<TimeMs> owner_since_ms{-1};  // -1: no owner
  std::atomic<TimeMs> suspect_from_ms{owner::Election::kNever};
  std::atomic<OwnerState> state{OwnerState::kUnknown};
  Steering steering;
  // While the election has named another port and data still goes to the old owner: that one, and until when.
  PortId handing_over;
  TimeMs handover_ends_ms = owner::Election::kNever;
  std::uint32_t disagreements;  // decisions while observing that name another port than the one with the data
  TimeMs unclaimed_since_ms;    // -1: somebody is elected
  PortId outranked;             // that last adverted though the owner outranks it; invalid: none has
  TimeMs outranked_ms;          // when
  std::array<std::atomic<TimeMs>, kNoticeCount> noticed_ms;  // by Notice; -1: never
  owner::Prober prober;
  owner::Election election;

  // At `now` without another step.
  OwnerState state_at(TimeMs now) const noexcept {
    const OwnerState last = state.load(std::memory_order_relaxed);
    const bool is_late = now >= suspect_from_ms.load(std::memory_order_relaxed);
    return last == OwnerState::kOwnedVrrp && is_late ? OwnerState::kSuspect : last;
  }
  void end_handover() noexcept {
    handing_over = PortId();
    handover_ends_ms = owner::Election::kNever;
  }
  // Who has the data, whatever the election says.
  PortId port_with_data() const noexcept {
    if (steering.mode != LearnMode::kEnforce) return steering.port;
    return handing_over.is_valid() ? handing_over : election.owner();
  }
  // No later than the first moment at which time alone can change who has the data, or at which somebody is
  // to be asked.
  TimeMs next_due() const noexcept {
    return std::min({election.next_due(), handover_ends_ms, prober.next_due()});
  }
  // After a step that may have changed whose ownership is in doubt. Where claims are not looked at, nobody is
  // asked for any.
  void review(TimeMs now) noexcept {
    if (steering.mode == LearnMode::kOff) {
      prober.rest();
    } else {
      prober.watch(election);
    }
    if (election.elected().is_valid()) {
      unclaimed_since_ms = -1;
    } else if (unclaimed_since_ms < 0) {
      unclaimed_since_ms = now;
    }
  }
  // After a step. Adverts that only repeat are nearly all there are, so they touch one word.
  void show_step(const owner::Outcome& outcome, TimeMs now) noexcept {
    if (!outcome.is_repetition()) return show_state(now);
    if (outcome.suspect_from() != 0) suspect_from_ms.store(outcome.suspect_from(), std::memory_order_relaxed);
  }
  void show_state(TimeMs now) noexcept {
    suspect_from_ms.store(election.suspect_from(), std::memory_order_relaxed);
    const bool is_enforced = steering.mode == LearnMode::kEnforce;
    state.store(is_enforced ? election.state(now) : OwnerState::kFixed, std::memory_order_relaxed);
  }
};

// What control sees of a slot: a copy made by a worker under the lock.
struct HavipSnapshot {
  owner::Election election;
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
  std::array<TimeMs, kNoticeCount> noticed_ms{};
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
    return capacity_ * (sizeof(OwnerWord) + sizeof(HavipWarm) + sizeof(HavipCold)) + deadlines_.bytes();
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
  // Whether what the port sends may go out as the address's EIP.
  bool may_speak(HavipId id, PortId port, TimeMs now) const noexcept {
    return owner_word(id).is_port(port) || warm(id).has_predecessor(port, now);
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
            TimeMs now = 0) noexcept {
    auto& cold = this->cold(id);
    rte_spinlock_init(&cold.lock);
    cold.sequence = 0;
    cold.owner_since_ms.store(-1, std::memory_order_relaxed);
    cold.steering = steering;
    cold.end_handover();
    cold.disagreements = 0;
    cold.unclaimed_since_ms = -1;
    cold.outranked = PortId();
    for (auto& noticed : cold.noticed_ms) noticed.store(-1, std::memory_order_relaxed);
    cold.prober.rest();
    cold.election = election;
    cold.review(now);
    cold.show_state(0);
    warm(id).predecessor.store(0, std::memory_order_relaxed);
    warm(id).delivered_to_old.store(0, std::memory_order_relaxed);
    warm(id).dropped.store(0, std::memory_order_relaxed);
    owner(id).store(OwnerWord::nobody(OwnerLocation::kUnknown, 0).raw(), std::memory_order_relaxed);
    warm(id).row.store(row, std::memory_order_release);
    deadlines_.lower(id.value(), cold.next_due());
  }

 private:
  std::uint32_t capacity_;
  RteArray<std::atomic<std::uint64_t>> owners_;
  RteArray<HavipWarm> warm_;
  RteArray<HavipCold> cold_;
  DeadlineTree deadlines_;
  std::vector<const RecentDeliveries*> recent_;
  alignas(64) std::atomic<std::uint64_t> owner_epoch_{0};
};

}  // namespace vipswitch
