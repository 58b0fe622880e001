#pragma once

// What the numbers of the model may be: the rules hold them, and whoever reads a number from text says them.

#include <cstdint>

#include "control/text/range.h"

namespace vipswitch::model {

using text::Range;

// Bytes of an IP packet. Every host must accept 576 (RFC 791 section 3.1); the upper end is that of common
// jumbo frames.
inline constexpr Range kMtuRange{576, 9600};
// What every link of IPv6 must carry (RFC 8200 section 5).
inline constexpr std::uint16_t kMinMtu6 = 1280;
inline constexpr Range kQueueRange{1, 128};
inline constexpr Range kMbpsRange{1, 400'000};
// A burst holds the longest packet that a VPC may have, and two of the usual Ethernet frames.
inline constexpr Range kBurstKbRange{16, 1'000'000};
// VRIDs (RFC 9568 5.2.3).
inline constexpr Range kVridRange{1, 255};
// A minute leaves T1 and T2 time to renew; a year is as good as forever.
inline constexpr Range kLeaseSecondsRange{60, 31'536'000};

}  // namespace vipswitch::model
