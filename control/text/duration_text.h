#pragma once

// Lengths of time as text for people, with as many digits as they need.

#include <cstdint>
#include <string>

#include "vipswitch/time.h"

namespace vipswitch::text {

// `1.234 s`: exact, however long.
std::string seconds(TimeMs duration_ms);

// `345 ms`, `12.3 s`, `75 s`, `4 min`, `3 h`, `2 days`: what is worth knowing of an age.
std::string age(TimeMs duration_ms);

// `940 ns`, `12.3 us`, `4.56 ms`, `1.234 s`, with the sign of a negative one.
std::string short_time(std::int64_t duration_ns);

}  // namespace vipswitch::text
