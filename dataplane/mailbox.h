#pragma once

// What control asks of a worker: plain messages through a ring, one receiver, handled between bursts. A
// message that names a slot or a port is sent only while both are published or about to be.

#include <atomic>
#include <cstdint>
#include <rte_mbuf.h>

#include "dataplane/counters.h"
#include "dataplane/havip_table.h"
#include "vipswitch/evidence.h"
#include "vipswitch/ids.h"

namespace vipswitch {

struct SnapshotRequest {
  HavipId havip;
  HavipSnapshot snapshot;
  std::atomic<bool> is_done{false};
};

struct TotalsRequest {
  WorkerTotals totals;
  TotalsRequest* next = nullptr;  // the worker's: asked in the same poll
  std::atomic<bool> is_done{false};
};

struct Message {
  enum class Kind : std::uint8_t {
    kElection,  // `trigger` for `port` at `havip`: port down, up, unbind, bind (with `room`, unless few)
    kSteer,     // Steering{mode, port, handover, follow_vrid, is_pinned} of `havip`
    kRestore,   // `port` owned `havip` before, in `generation`
    kTransmit,  // `mbuf`, a frame that control made, out of `port`
    kSnapshot,  // answer `snapshot`, then set is_done
    kTotals,    // when the poll has ended: answer `totals`, likewise
  };

  Kind kind;
  Trigger trigger;
  bool is_down;  // kBind: the port is down at the moment
  LearnMode mode;
  Handover handover;
  std::uint8_t follow_vrid;
  bool is_pinned;
  HavipId havip;
  PortId port;
  union {
    rte_mbuf* mbuf;
    owner::Members::Room* room;
    SnapshotRequest* snapshot;
    TotalsRequest* totals;
    std::uint64_t generation;
  };
};
static_assert(sizeof(Message) == 24);

}  // namespace vipswitch
