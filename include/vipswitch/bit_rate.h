#pragma once

// Rates are configured in Mbit/s, that is 10^6 bit/s, and kept per millisecond.

#include <cstdint>

namespace vipswitch {

inline constexpr std::uint64_t kBytesPerMsOfMbps = 125;

}  // namespace vipswitch
