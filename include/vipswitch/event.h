#pragma once

// What workers tell control: plain data through a ring that may overflow (counted as events_lost). A lost
// owner change shows as a gap in the sequence.

#include <cstdint>

#include "vipswitch/address.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"
#include "vipswitch/time.h"

namespace vipswitch {

enum class EventKind : std::uint8_t {
  kOwnerChanged,
  kNextHopMissing,  // a packet towards `address` on the uplink's prefix waits for its MAC
  kNextHopLearned,  // an ARP of the uplink named the MAC of `address`
  kDataMoved,       // the data of `havip` goes from port `from` to `to`; follows its kOwnerChanged
  kFirstDelivered,  // the first packet since then went to `to`
  kNotice,          // `notice`, about `havip` and the port `from`
};

struct Event {
  EventKind kind;
  Trigger trigger;         // kOwnerChanged: what happened ...
  Rule rule;               // ... and the rule that named the new owner
  EvidenceClass evidence;  // what the new owner's record rests on
  std::uint8_t priority;   // VRRP priority of the new owner's record, 0 without one
  std::uint8_t vrid;
  WorkerId worker;
  HavipId havip;
  PortId from;   // invalid: nobody
  PortId to;     // invalid: nobody
  Ipv6 address;  // of the HAVIP or next hop; IPv4 as ::ffff:a.b.c.d
  Mac mac;
  LearnMode mode;  // kOwnerChanged: data follows the decision only while it is enforced
  Notice notice;
  std::uint32_t sequence;    // counts the decisions of the slot
  TimeMs at_ms;              // election time of the decision
  std::uint64_t commit_tsc;  // kOwnerChanged: of the decision; kDataMoved: when the owner word was stored
  std::uint32_t evidence_cycles;  // from the burst with the evidence to the commit; 0: no packet brought it
  std::uint32_t generation;       // of the election, after the decision
  // kDataMoved: when the last burst with a packet to `from` was received, 0: none of late; kFirstDelivered:
  // when the burst with that packet was.
  std::uint64_t packet_tsc;
  std::uint64_t
      dropped;  // kDataMoved, kFirstDelivered: of packets for the address without an owner, all so far
};
static_assert(sizeof(Event) == 88);

}  // namespace vipswitch
