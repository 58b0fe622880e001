#pragma once

// Filter expressions of pcap-filter(7) -> programs for workers.

#include <string>

#include "dataplane/observe/packet_filter.h"
#include "vipswitch/result.h"

namespace vipswitch {

// An empty expression lets every packet pass. Names of hosts, networks and services are refused: looking them
// up may hold up the control thread for seconds. Errors: invalid_argument, with what libpcap says.
Result<PacketFilter> compile_filter(const std::string& expression);

}  // namespace vipswitch
