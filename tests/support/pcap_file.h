#pragma once

// Purpose: capture files (classic pcap, Ethernet) as frames, for tests that hold the code against real
// traffic or against files of their own. Units: time in microseconds since the epoch, whatever the file's
// resolution; written with microseconds, little-endian. Errors: throws std::runtime_error that names the
// file, also for a file that ends inside a packet. Source: draft-ietf-opsawg-pcap.

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

// Replaces the file.
void write_pcap(const std::filesystem::path& path, const std::vector<CapturedPacket>& packets);

}  // namespace vipswitch::testing
