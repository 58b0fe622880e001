#pragma once

// A made-up packet and what the pipeline would do with it, in words. Asked through
// RuntimeView::trace_packet().

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "control/trace/made_up_frame.h"

namespace vipswitch {

struct TraceRequest {
  std::string port;  // name of a port, or uplink
  std::variant<FrameSpec, FrameBytes> frame = FrameSpec{};
  std::string as_owner;  // port that is assumed to own its HAVIPs; empty: nothing is assumed
};

// One stage.
struct TraceStep {
  std::string stage;
  std::string verdict;            // next, forward, too_long, answer, flood, flood_members, consume, drop
  std::vector<std::string> says;  // what it saw, and why it decided so
};

struct TracedFrame {
  std::string port;
  std::string frame;  // in one line
  FrameBytes bytes;
};

struct PacketTrace {
  std::string port;
  std::string frame;                 // in one line, as it came
  std::vector<std::string> assumed;  // what as_owner changed
  std::vector<TraceStep> steps;      // those that looked at the packet, in order
  std::string verdict;               // of the last one
  std::string reason;                // of the drop; empty: not dropped
  std::vector<TracedFrame> sent;     // what would leave, in no order
};

}  // namespace vipswitch
