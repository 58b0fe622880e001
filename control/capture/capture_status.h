#pragma once

// Captures as the operator asks for them and sees them.

#include <cstdint>
#include <string>

#include "control/text/range.h"

namespace vipswitch {

inline constexpr text::Range kCaptureRateRange{1, UINT32_MAX}, kCaptureSnapRange{14, 2048},
    kCaptureCountRange{1, UINT32_MAX};

struct CaptureRequest {
  std::string port;             // name of a port, or uplink; empty: of every port what is dropped
  std::string file;             // pcapng, made anew
  std::string filter;           // pcap-filter(7); empty: every packet
  std::uint32_t rate = 10'000;  // packets a second at most
  std::uint32_t snap_bytes = kCaptureSnapRange.max;  // of each packet at most
  std::uint64_t count = 1'000'000;                   // packets, then it ends by itself
};

struct CaptureStatus {
  unsigned number;
  CaptureRequest request;
  bool is_running;
  std::uint64_t packets = 0;       // in the file
  std::uint64_t bytes = 0;         // of the file
  std::uint64_t beyond_rate = 0;   // left out: more than `rate`
  std::uint64_t without_slot = 0;  // left out: the file was slower
  std::string ended = {};          // why, if it is not running
};

}  // namespace vipswitch
