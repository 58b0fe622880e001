#pragma once

// Ranges of numbers: read from text and checked, always told the same.

#include <cstdint>
#include <string_view>

#include "control/text/parse.h"
#include "vipswitch/result.h"

namespace vipswitch::text {

struct Range {
  std::uint32_t min, max;  // both included
  constexpr bool holds(std::uint64_t value) const noexcept { return value >= min && value <= max; }
  // Of the type that the numbers have, at least 16 bits.
  constexpr std::uint32_t largest_of_type() const noexcept {
    return max <= UINT16_MAX ? UINT16_MAX : UINT32_MAX;
  }
};

// A number of the range's type, 0 included: in the range or not is for check_range(). What is none is told
// the range.
Parsed<std::uint64_t> parse_number_in(std::string_view text, const Range& range);

// Errors: invalid_argument, naming `argument`. `unit` follows the numbers: " kB".
Result<void> check_range(std::string_view argument, std::uint64_t value, const Range& range,
                         std::string_view unit = {});

}  // namespace vipswitch::text
