#pragma once

// Wall-clock times as text, UTC, with microseconds.

#include <cstdint>
#include <string>

namespace vipswitch::text {

// `2026-11-22 17:25:12.386849 UTC`, for people.
std::string clock(std::int64_t unix_us);
// `2026-11-22T17:25:12.386849Z`, RFC 3339.
std::string iso_clock(std::int64_t unix_us);

std::int64_t unix_now_us();

}  // namespace vipswitch::text
