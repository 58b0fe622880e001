#pragma once

// Time in the election is whole milliseconds since the switch started; time is always handed in, never read,
// so that tests and replay can move it.

#include <cstdint>
#include <limits>

namespace vipswitch {

using TimeMs = std::int64_t;
inline constexpr TimeMs kNeverMs = std::numeric_limits<TimeMs>::max();

}  // namespace vipswitch
