#pragma once

// The switch's own question who has a HAVIP's address: an ARP request, or a neighbour solicitation, from the
// subnet's gateway to one port, as anybody's in the subnet (owner learning 5.3 "Probe"). Never from an
// unspecified address, which a guest would take for duplicate detection (RFC 5227 2.1, RFC 4862 5.4.3).

#include <cstddef>

#include "dataplane/owner/prober.h"
#include "dataplane/worker_state.h"

namespace vipswitch {

// Asks the ports of the round; counted as `probe`, and without room for a packet as no_mbuf.
void send_probes(WorkerState& worker, HavipId havip, const owner::ProbeRound& round) noexcept;

}  // namespace vipswitch
