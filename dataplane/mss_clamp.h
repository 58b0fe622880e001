#pragma once

// The maximum segment size that the ends of a TCP connection tell each other (RFC 9293 3.7.1), lowered to
// what a path's MTU takes (RFC 4459 3.2), for guests that do not hear of "packet too big".

#include <cstdint>

#include "dataplane/batch.h"

namespace vipswitch {

// Of a SYN; everything else stays as it is. `mtu_bytes` is that of an IP packet.
void clamp_mss(const Packet& packet, std::uint16_t mtu_bytes) noexcept;

}  // namespace vipswitch
