#pragma once

// The part of parse that walks an IPv6 header and its extension headers (RFC 8200 sections 3 and 4).

#include "dataplane/worker_state.h"

namespace vipswitch::stage {

// A packet whose EtherType is IPv6. Sets its kind, protocol, offsets and fragment.
void parse_ipv6(Packet& packet, Batch& batch) noexcept;

}  // namespace vipswitch::stage
