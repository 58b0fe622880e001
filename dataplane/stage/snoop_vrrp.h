#pragma once

// The part of snoop that reads VRRP adverts (design: owner learning 2.1 checks 9-11, 5.4 "VRRP adverts").

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

// A pending packet of a VM port with protocol 112, over IPv4 also 51, any fragment.
void snoop_vrrp(WorkerState& worker, const Batch& batch, Packet& packet) noexcept;

}  // namespace vipswitch::stage
