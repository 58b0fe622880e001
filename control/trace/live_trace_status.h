#pragma once

// Live traces as the operator asks for them and sees them.

#include <cstdint>
#include <string>
#include <vector>

#include "control/text/range.h"
#include "control/trace/packet_trace.h"
#include "vipswitch/time.h"

namespace vipswitch {

// Packets of one trace.
inline constexpr text::Range kTracedRange{1, 1000};

struct LiveTraceRequest {
  std::string port;    // name of a port, or uplink
  std::string filter;  // pcap-filter(7); empty: every packet
  std::uint32_t count = 1;
};

struct TracedPacket {
  TimeMs at_ms;
  std::uint32_t size;
  std::string frame;  // in one line, as it came
  std::vector<TraceStep> steps;
  std::string verdict;  // of the stage that decided
  std::string reason;   // of the drop; empty: not dropped by a stage before tx
};

struct LiveTraceStatus {
  unsigned number;
  std::string port, filter;
  std::uint32_t count;                     // packets asked for
  std::uint32_t seen;                      // of them, traced so far
  std::vector<TracedPacket> packets = {};  // in a list of traces: none
};

}  // namespace vipswitch
