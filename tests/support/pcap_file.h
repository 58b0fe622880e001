#pragma once

// Purpose: reads capture files (classic pcap, Ethernet) into frames, for tests that hold the code against
// real traffic. Units: time in microseconds since the epoch, whatever the file's resolution. Errors: throws
// std::runtime_error that names the file, also for a file that ends inside a packet. Source:
// draft-ietf-opsawg-pcap.

#include <cstdint>
#include <filesystem>
#include <vector>

#include "tests/support/frame.h"

namespace vipswitch::testing {

struct CapturedPacket {
  std::int64_t time_us;
  Frame frame;
};

std::vector<CapturedPacket> read_pcap(const std::filesystem::path& path);

}  // namespace vipswitch::testing
