#pragma once

// Purpose: what one call of Election came to: at most one remark to count, and the changes of owner it made.
// Shape: inline storage for kMaxChanges, the most that one call can make: while time passes, one handover to
// a port
//   whose adverts outlast the owner's and one waiting announcement; the return of a pinned port that is heard
//   again; by the act itself, one decision and one waiting announcement. Each of these moves on the
//   generation, which leaves no second candidate behind.
// Written by Election, read by its caller. A plain value; copying copies about 140 bytes.
// Source: owner learning 5.1-5.2.

#include <cassert>
#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>

#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"
#include "vipswitch/learn_counter.h"
#include "vipswitch/time.h"

namespace vipswitch::owner {

struct OwnerChange {
  TimeMs at_ms;  // election time of the decision; earlier than the call's, if time alone made it
  PortId from;   // invalid: nobody
  PortId to;     // invalid: nobody
  Trigger trigger;
  Rule rule;
  EvidenceClass evidence;  // of the new owner's record; kNone without one
  std::uint8_t priority;   // of its adverts; 0 unless the evidence is VRRP
  std::uint8_t vrid;       // likewise

  constexpr bool operator==(const OwnerChange&) const noexcept = default;
};

class Outcome {
 public:
  static constexpr std::size_t kMaxChanges = 5;

  Outcome() noexcept {}

  // The counter that this input belongs to, if it is one that the election counts.
  std::optional<LearnCounter> remark() const noexcept { return remark_; }

  // In order of time, each `from` the `to` of the one before.
  std::span<const OwnerChange> changes() const noexcept { return {changes_, count_}; }

  // The elected port announced the address: it holds it.
  bool elected_announced() const noexcept { return elected_announced_; }

  // The owner stayed, and data for it goes to another MAC from now on.
  bool delivery_changed() const noexcept { return delivery_changed_; }

  // The port that adverts though the fresh adverts of the elected one outrank it: it does not hear them.
  // Invalid: none.
  PortId outranked() const noexcept { return outranked_; }

  // An advert that says what its port's last one said, or nothing about the address: nothing but its time is
  // new.
  bool is_repetition() const noexcept { return is_repetition_; }
  // Of a repetition by the elected port: when it is SUSPECT unless another one comes. 0: another port's.
  TimeMs suspect_from() const noexcept { return suspect_from_; }

  // Whether the caller has to look at anything else: the owner word stands as it is otherwise.
  bool owner_stands() const noexcept { return count_ == 0 && !delivery_changed_; }

 private:
  friend class Election;

  void set_remark(LearnCounter remark) noexcept { remark_ = remark; }

  void add(const OwnerChange& change) noexcept {
    assert(count_ < kMaxChanges);
    if (count_ < kMaxChanges) changes_[count_++] = change;
  }

  // What came of the time that had passed before.
  void put_first(const Outcome& passed) noexcept {
    const Outcome act = *this;
    count_ = 0;
    for (const OwnerChange& change : passed.changes()) add(change);
    for (const OwnerChange& change : act.changes()) add(change);
    delivery_changed_ |= passed.delivery_changed_;
    is_repetition_ = false;
  }

  // Left as it is until written: an advert that changes nothing must not pay for clearing it.
  union {
    OwnerChange changes_[kMaxChanges];
  };
  std::size_t count_ = 0;
  std::optional<LearnCounter> remark_;
  bool elected_announced_ = false;
  bool delivery_changed_ = false;
  bool is_repetition_ = false;
  PortId outranked_;
  TimeMs suspect_from_ = 0;
};
static_assert(std::is_trivially_copyable_v<Outcome>);

}  // namespace vipswitch::owner
