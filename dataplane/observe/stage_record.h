#pragma once

// What became of one packet in one stage, kept for whoever explains it later: a plain value, filled without
// allocation by whoever stands between the stages (PipelineObserver in pipeline.h).

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "dataplane/batch.h"
#include "dataplane/pipeline.h"

namespace vipswitch {

struct StageRecord {
  static constexpr std::size_t kHeadBytes = 128;

  Stage stage = Stage::kParse;
  std::uint16_t head_size = 0;
  std::array<std::uint8_t, kHeadBytes> bytes{};
  Packet packet{};  // as the stage left it; its pointers are null

  std::span<const std::uint8_t> head() const noexcept { return {bytes.data(), head_size}; }

  // Parse must have seen the packet; tx must not.
  void fill(Stage left, const Packet& seen) noexcept {
    stage = left;
    head_size = static_cast<std::uint16_t>(std::min<std::size_t>(seen.size, kHeadBytes));
    std::memcpy(bytes.data(), seen.data, head_size);
    packet = seen;
    packet.mbuf = nullptr;
    packet.data = nullptr;
  }
};

}  // namespace vipswitch
