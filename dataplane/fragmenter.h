#pragma once

// IPv4 packets too long for their outgoing port, where the sender allows it (RFC 791 3.2, RFC 1812 4.2.2.7).

#include <optional>

#include "dataplane/worker_state.h"

namespace vipswitch {

// Whether the packet may be cut: IPv4 without "don't fragment".
bool may_fragment(const Packet& packet) noexcept;

// Cuts it into pieces of at most `mtu_bytes` and sends them to `packet.egress`; the packet itself is freed.
// Otherwise nothing is done, and the reason told: no_mbuf if the pool is empty, mtu_exceeded if it cannot be
// cut, as it lies in several segments or needs more than kMaxFragments pieces.
std::optional<DropReason> send_fragments(WorkerState& worker, const Packet& packet,
                                         std::uint16_t mtu_bytes) noexcept;

inline constexpr unsigned kMaxFragments = 64;

}  // namespace vipswitch
