#pragma once

// Errors of the switch's own: who sent a packet that the switch cannot pass on is told why, by the gateway of
// its subnet, or on the provider network by the uplink (RFC 792, RFC 1191, RFC 1812 4.3.2, RFC 4443).
//
//   ttl_exceeded                              time exceeded
//   mtu_exceeded                              fragmentation needed, packet too big, with the MTU
//   unknown_destination (VM ports)            host or address unreachable
//   no_eip, unroutable, no_uplink (VM ports)  network unreachable, no route
//
// Nobody is told about ICMP errors and what may be one, later fragments, group and unspecified addresses
// (RFC 1812 4.3.2.7, RFC 4443 2.4 e). What is quoted is the packet as its sender sent it, whatever NAT had
// made of it.

#include "dataplane/worker_state.h"

namespace vipswitch {

// `packet` is dropped for `reason` after this; it is not changed. `mtu_bytes` is that of the outgoing port,
// for mtu_exceeded. At most as many as the ingress port's error rate allows.
void tell_sender(WorkerState& worker, const Batch& batch, const Packet& packet, DropReason reason,
                 std::uint16_t mtu_bytes = 0) noexcept;

}  // namespace vipswitch
