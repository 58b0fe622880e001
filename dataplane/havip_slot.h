#pragma once

// One slot of the table of HAVIPs: what is read beside its owner word now and then (warm), and its election
// and what is told of it (cold). Who reads and writes what, and under which lock: havip_table.h.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <rte_spinlock.h>

#include "dataplane/owner/election.h"
#include "dataplane/owner/prober.h"
#include "dataplane/packed.h"
#include "dataplane/rows.h"
#include "vipswitch/evidence.h"
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
  constexpr PortId port() const noexcept {
    return raw_ == 0 ? PortId() : PortId(static_cast<std::uint32_t>(raw_ & 0xffffffu));
  }
  constexpr TimeMs until() const noexcept { return static_cast<TimeMs>(raw_ >> 24); }
  constexpr bool is(PortId port, TimeMs now) const noexcept {
    return (raw_ & 0xffffffu) == port.value() && now < until();
  }

 private:
  std::uint64_t raw_ = 0;
};

struct HavipWarm {
  std::atomic<const HavipRow*> row{nullptr};
  std::atomic<std::uint64_t> predecessor_word{0};  // written with the owner word
  // Packets resolved before a commit and sent after it; written only then, by any worker.
  std::atomic<std::uint64_t> delivered_to_old{0};
  // Packets for it while nobody owned it; written once a burst, only then, by any worker.
  std::atomic<std::uint64_t> dropped{0};

  Predecessor predecessor() const noexcept {
    return Predecessor(predecessor_word.load(std::memory_order_acquire));
  }
  bool has_predecessor(PortId port, TimeMs now) const noexcept { return predecessor().is(port, now); }
  void set_predecessor(Predecessor value) noexcept {
    predecessor_word.store(value.raw(), std::memory_order_release);
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

// When something was last noticed, to a tenth of a second. Any worker writes it.
class NoticeTime {
 public:
  TimeMs last_ms() const noexcept { return ms_of(tenths_.load(std::memory_order_relaxed)); }  // -1: never
  // False: somebody else has noticed it since `last_ms`.
  bool advance(TimeMs last_ms, TimeMs now) noexcept {
    std::uint32_t expected = tenths_of(last_ms);
    return tenths_.compare_exchange_strong(expected, tenths_of(now), std::memory_order_relaxed);
  }
  void clear() noexcept { tenths_.store(0, std::memory_order_relaxed); }

 private:
  static constexpr TimeMs kTenthMs = 100;
  static constexpr TimeMs ms_of(std::uint32_t tenths) noexcept {
    return tenths == 0 ? -1 : (TimeMs{tenths} - 1) * kTenthMs;
  }
  static constexpr std::uint32_t tenths_of(TimeMs ms) noexcept {
    return ms < 0 ? 0 : static_cast<std::uint32_t>(ms / kTenthMs + 1);
  }

  std::atomic<std::uint32_t> tenths_{0};  // from 1 on
};

// Three cache lines, of which an advert that changes nothing touches the first two.
struct alignas(64) HavipCold {
  rte_spinlock_t lock;
  std::uint32_t sequence;  // decisions so far
  // Written by the lock's holder after each step, for control, which reads without the lock.
  std::atomic<TimeMs> owner_since_ms{-1};  // -1: no owner
  std::atomic<TimeMs> suspect_from_ms{kNeverMs};
  std::atomic<OwnerState> state{OwnerState::kUnknown};
  LearnMode mode : 2 = LearnMode::kEnforce;
  Handover handover : 1 = Handover::kAtOnce;
  bool is_pinned : 1 = false;
  // The election has named another port, and data still goes to the predecessor.
  bool is_handing_over : 1 = false;
  owner::Prober prober;
  owner::Election election;
  std::array<NoticeTime, kNoticeCount> notices;  // by Notice
  std::uint32_t disagreements;  // decisions while observing that name another port than the one with the data
  PackedPort steered_to;        // Steering::port
  PackedTime unclaimed_since;   // -1: somebody is elected
  PackedPort outranked;         // that last adverted though the owner outranks it; invalid: none has
  PackedTime outranked_at;      // when

  Steering steering() const noexcept {
    const owner::Follow follow = election.followed();
    const std::uint8_t hint = follow.is_hint ? follow.vrid : std::uint8_t{0};
    return {mode, steered_to, handover, hint, is_pinned};
  }
  // But which group the address follows, which the election knows.
  void set_steering(const Steering& steering) noexcept {
    mode = steering.mode;
    handover = steering.handover;
    is_pinned = steering.is_pinned;
    steered_to = steering.port;
  }
  // At `now` without another step.
  OwnerState state_at(TimeMs now) const noexcept {
    const OwnerState last = state.load(std::memory_order_relaxed);
    const bool is_late = now >= suspect_from_ms.load(std::memory_order_relaxed);
    return last == OwnerState::kOwnedVrrp && is_late ? OwnerState::kSuspect : last;
  }
  // Who has the data, whatever the election says.
  PortId port_with_data(const HavipWarm& warm) const noexcept {
    if (mode != LearnMode::kEnforce) return steered_to;
    return is_handing_over ? warm.predecessor().port() : election.owner();
  }
  TimeMs handover_ends(const HavipWarm& warm) const noexcept {
    return is_handing_over ? warm.predecessor().until() : kNeverMs;
  }
  // No later than the first moment at which time alone can change who has the data, or at which somebody is
  // to be asked.
  TimeMs next_due(const HavipWarm& warm) const noexcept {
    return std::min({election.next_due(), handover_ends(warm), prober.next_due()});
  }
  // After a step that may have changed whose ownership is in doubt. Where claims are not looked at, nobody is
  // asked for any.
  void review(TimeMs now) noexcept {
    if (mode == LearnMode::kOff) {
      prober.rest();
    } else {
      prober.watch(election);
    }
    if (election.elected().is_valid()) {
      unclaimed_since = -1;
    } else if (unclaimed_since < 0) {
      unclaimed_since = now;
    }
  }
  // After a step. Adverts that only repeat are nearly all there are, so they touch one word.
  void show_step(const owner::Outcome& outcome, TimeMs now) noexcept {
    if (!outcome.is_repetition()) return show_state(now);
    if (outcome.suspect_from() != 0) suspect_from_ms.store(outcome.suspect_from(), std::memory_order_relaxed);
  }
  void show_state(TimeMs now) noexcept {
    suspect_from_ms.store(election.suspect_from(), std::memory_order_relaxed);
    const bool is_enforced = mode == LearnMode::kEnforce;
    state.store(is_enforced ? election.state(now) : OwnerState::kFixed, std::memory_order_relaxed);
  }
  // As if nobody had ever used the slot.
  void clear() noexcept;
};
static_assert(sizeof(HavipCold) == 3 * 64);

}  // namespace vipswitch
