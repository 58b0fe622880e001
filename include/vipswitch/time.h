#pragma once

// Time in the election is whole milliseconds since the switch started; time is always handed in, never read,
// so that tests and replay can move it.

#include <cstdint>

namespace vipswitch {

using TimeMs = std::int64_t;

}  // namespace vipswitch
