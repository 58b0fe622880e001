#pragma once

// IPv4 packets too long for their outgoing port, where the sender allows it (RFC 791 3.2, RFC 1812 4.2.2.7).

#include "dataplane/worker_state.h"

namespace vipswitch {

// Whether the packet may be cut: IPv4 without "don't fragment".
bool may_fragment(const Packet& packet) noexcept;

// Cuts it into pieces of at most `mtu_bytes` and sends them to `packet.egress`; the packet itself is freed.
// False, and nothing done, if it cannot be cut: it lies in several segments, needs more than kMaxFragments
// pieces, or the pool is empty.
bool send_fragments(WorkerState& worker, const Packet& packet, std::uint16_t mtu_bytes) noexcept;

inline constexpr unsigned kMaxFragments = 64;

}  // namespace vipswitch
