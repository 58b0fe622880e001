#pragma once

// tx: the end of every packet of the burst. Forwarded packets and answers join those that wait for their
// port's flush, floods are copied, consumed and dropped packets are freed and counted; so each packet ends
// exactly once.
//
// Drops: port_gone, mtu_exceeded, tx_queue_full, no_mbuf, no_receiver, vrrp_filtered, and whatever earlier
// stages decided.

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

void tx(WorkerState& worker, Batch& batch) noexcept;

}  // namespace vipswitch::stage
