#pragma once

// What one worker holds for one port: the packets that wait for this poll's flush, the worker's counters of
// the port, its flood budget, and how its packets reach the device. A device with fewer tx queues than there
// are workers is served by the workers that have one; the others hand their packets over through a ring.
//
// Made by control before the port is published, freed after a grace period; in between only its worker
// touches it (readers of the counters excepted).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "dataplane/batch.h"
#include "dataplane/counters.h"
#include "dataplane/huge_object.h"
#include "dataplane/token_bucket.h"
#include "vipswitch/ids.h"

namespace vipswitch {

struct alignas(64) PortLane : HugeObject {
  // Of HAVIPs, however many the port has; as many of one as the election evaluates (owner learning 4).
  static constexpr std::uint32_t kAnnouncements = 200;  // a second
  // A burst gives a port at most one packet and one answer for each of its own, and control a few more.
  static constexpr unsigned kCapacity = 2 * kMaxBurst + 64;

  // The first cache line is all that a packet touches, and the one behind it if it is not among the first
  // four.
  PortId port;
  std::uint16_t device = 0;  // DPDK port id
  std::uint16_t tx_queue = 0;
  std::uint32_t max_frame_bytes = 0;  // the port's MTU and what stands before an IP packet
  unsigned waiting_count = 0;
  std::uint64_t waiting_bytes = 0;
  rte_ring* handover = nullptr;  // set: the lane has no queue of its own
  std::array<rte_mbuf*, kCapacity> waiting{};
  TokenBucket flood;
  TokenBucket announcements;  // of HAVIPs, beside that
  TokenBucket errors;         // ICMP errors: to who sends by it, and to who sends to it by the uplink
  TokenBucket next_hops;      // reports to control: next hops that its packets lack; uplink: neighbours heard
  PortCounters counters;

  bool is_full() const noexcept { return waiting_count == kCapacity; }
  void forget_waiting() noexcept {
    waiting_count = 0;
    waiting_bytes = 0;
  }
};

// The lanes with packets that wait, each once. Of one worker.
class WaitingLanes {
 public:
  explicit WaitingLanes(std::uint32_t port_capacity)
      : lanes_(new PortLane*[port_capacity + std::size_t{1}]) {}

  bool is_empty() const noexcept { return count_ == 0; }
  const PortLane* const* begin() const noexcept { return lanes_.get(); }
  const PortLane* const* end() const noexcept { return lanes_.get() + count_; }

  // A lane that is about to have one more packet.
  void add(PortLane& lane) noexcept { count_ = add(lanes_.get(), count_, lane); }
  // Null if there is none.
  PortLane* take() noexcept { return count_ == 0 ? nullptr : lanes_[--count_]; }

  // Adds with the count in a register, for a loop over packets: in memory each would wait for the one before.
  class Adder {
   public:
    explicit Adder(WaitingLanes& waiting) noexcept
        : waiting_(waiting), lanes_(waiting.lanes_.get()), count_(waiting.count_) {}
    ~Adder() { pause(); }
    Adder(const Adder&) = delete;
    Adder& operator=(const Adder&) = delete;

    void add(PortLane& lane) noexcept { count_ = WaitingLanes::add(lanes_, count_, lane); }
    // Around what adds by itself.
    void pause() const noexcept { waiting_.count_ = count_; }
    void go_on() noexcept { count_ = waiting_.count_; }

   private:
    WaitingLanes& waiting_;
    PortLane** lanes_;
    std::size_t count_;
  };

 private:
  // Without a branch: whether it is the port's first of the burst nobody could predict.
  static std::size_t add(PortLane** lanes, std::size_t count, PortLane& lane) noexcept {
    lanes[count] = &lane;
    return count + (lane.waiting_count == 0 ? 1 : 0);
  }

  std::unique_ptr<PortLane*[]> lanes_;  // a place more than there are ports: add() writes before it counts
  std::size_t count_ = 0;
};

// An element of a handover ring.
struct HandedPacket {
  rte_mbuf* mbuf;
  PortId port;
  std::uint32_t zero;
};
static_assert(sizeof(HandedPacket) == 16);

}  // namespace vipswitch
