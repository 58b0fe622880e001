#pragma once

// The way of a packet: the stages, in the order in which a burst passes them. This list is the table of
// contents of the data plane.
//
//   parse     what is it, and is it whole?            stage/parse
//   guard     may this port say that?                 stage/guard
//   snoop     does it tell who owns a HAVIP?          stage/snoop, owner/, owner_decision
//   nat       EIP <-> inner address                   stage/nat
//   resolve   where to?                               stage/resolve
//   tx        the end of each packet                  stage/tx
//
// run_pipeline() takes the burst that port_io::receive() filled in; afterwards every packet of it has ended
// or waits in a port's lane for port_io::flush(). It calls no driver, allocates nothing, takes no lock but a
// HAVIP slot's.

#include "dataplane/worker_state.h"

namespace vipswitch {

void run_pipeline(WorkerState& worker, Batch& batch) noexcept;

// After the burst's flush: another worker may have moved a HAVIP while the burst was under way, and what went
// to the old owner nevertheless is counted in the HAVIP's hot line.
void count_delivered_to_old_owner(const WorkerState& worker, const Batch& batch) noexcept;

}  // namespace vipswitch
