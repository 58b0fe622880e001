#pragma once

// One frame of a capture file (pcap or pcapng), for `trace packet`.

#include <cstdint>
#include <string>

#include "control/trace/made_up_frame.h"
#include "vipswitch/result.h"

namespace vipswitch {

// The frame with this number, counted from 1 as tcpdump and Wireshark do. Errors: io; invalid_argument, for a
// file of another link layer or with fewer frames, or a frame that was not captured whole.
Result<FrameBytes> read_capture_frame(const std::string& path, std::uint64_t number);

}  // namespace vipswitch
