#pragma once

// Purpose: the bound ports of one HAVIP, and what each has claimed; in order of binding.
// Shape: two of them inline, as a pair of VMs needs; more in a room of the caller's, to which all of them
//   move once and for all. No alignment, so that a HAVIP's slot has no gaps.
// Who writes: the worker that holds the slot's lock.
// Errors: adding to what is full is a defect of the caller; ignored.

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

#include "dataplane/owner/advert_evidence.h"
#include "dataplane/packed.h"
#include "vipswitch/evidence.h"

namespace vipswitch::owner {

struct Record {
  PackedPort port;
  PackedTime last_advert;  // meaningless before the first one
  Packed<std::uint64_t> primary_ip;
  Packed<std::uint32_t> interval_ms;
  std::uint8_t priority = 0;
  std::uint8_t vrid = 0;
  Delivery adverted;
  Delivery announced;
  Packed<std::uint32_t> turns_end;  // ms, modulo 2^32: what its turns so far have used up
  EvidenceClass evidence : 2 = EvidenceClass::kNone;
  Family family : 1 = Family::kIpv4;
  bool is_named : 1 = false;  // in this generation: it was named owner, or claimed by itself
  bool is_heard : 1 = false;  // in this generation: it adverted
  bool active : 1 = false;
  bool down : 1 = false;
  bool resigned : 1 = false;
  bool restored : 1 = false;
  bool has_adverted : 1 = false;
  bool has_announced : 1 = false;
  bool is_deferred : 1 = false;  // its last claim waits for its turn
  bool is_follower : 1 = false;  // its adverts count because the address follows their group

  AdvertEvidence advert() const noexcept {
    return {.primary_ip = PrimaryIp::of_number(primary_ip),
            .interval_ms = interval_ms,
            .priority = priority,
            .vrid = vrid,
            .delivery = adverted,
            .family = family};
  }
  void set_advert(const AdvertEvidence& advert) noexcept {
    primary_ip = advert.primary_ip.number();
    interval_ms = advert.interval_ms;
    priority = advert.priority;
    vrid = advert.vrid;
    adverted = advert.delivery;
    family = advert.family;
  }
  VrrpGroup group() const noexcept { return {family, vrid}; }
  Delivery delivery() const noexcept { return has_announced ? announced : adverted; }
};
static_assert(sizeof(Record) == 30 && alignof(Record) == 1);
static_assert(std::is_trivially_copyable_v<Record>);

class Members {
 public:
  static constexpr std::size_t kInline = 2, kMost = 10;
  using Room = std::array<Record, kMost>;

  Members() noexcept : inline_{} {}
  Members(const Members&) = delete;
  // The members, into the room that this one has, which must suffice.
  Members& operator=(const Members& other) noexcept {
    if (this == &other) return *this;
    count_ = 0;
    for (const Record& record : other) add(record);
    return *this;
  }

  std::size_t count() const noexcept { return count_; }
  std::size_t capacity() const noexcept { return has_room_ ? kMost : kInline; }
  bool is_full() const noexcept { return count_ == capacity(); }
  Record& operator[](std::size_t index) noexcept { return data()[index]; }
  const Record& operator[](std::size_t index) const noexcept { return data()[index]; }
  Record* begin() noexcept { return data(); }
  Record* end() noexcept { return data() + count_; }
  const Record* begin() const noexcept { return data(); }
  const Record* end() const noexcept { return data() + count_; }

  // For all that may come; again: no effect. It must live until clear().
  void move_to(Room& room) noexcept {
    if (has_room_) return;
    std::copy(begin(), end(), room.begin());
    std::construct_at(&room_, &room);
    has_room_ = true;
  }
  // Without members or a room.
  void clear() noexcept {
    std::construct_at(&inline_);
    count_ = 0;
    has_room_ = false;
  }
  void add(const Record& record) noexcept {
    assert(!is_full());
    if (!is_full()) data()[count_++] = record;
  }
  void remove(std::size_t index) noexcept {
    std::copy(begin() + index + 1, end(), begin() + index);
    --count_;
  }

 private:
  Record* data() noexcept { return has_room_ ? static_cast<Room*>(room_)->data() : inline_.data(); }
  const Record* data() const noexcept { return const_cast<Members*>(this)->data(); }

  union {
    std::array<Record, kInline> inline_;
    Packed<Room*> room_;
  };
  std::uint8_t count_ : 4 = 0;
  bool has_room_ : 1 = false;
};
static_assert(sizeof(Members) == 61 && alignof(Members) == 1);

}  // namespace vipswitch::owner
