#pragma once

// The addresses that are the switch's own answer pings: gateways and the uplink's.

#include "dataplane/batch.h"

namespace vipswitch {

// Turns an unfragmented echo request into its reply, headers included, sent from `from_mac`. False, and
// nothing changed, if the packet is none (RFC 792 and RFC 1122 3.2.2.6; RFC 4443 4.1 and 4.2).
bool answer_echo(Packet& packet, const Mac& from_mac) noexcept;

}  // namespace vipswitch
