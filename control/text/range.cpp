#include "control/text/range.h"

#include <fmt/core.h>

#include "control/text/make_error.h"

namespace vipswitch::text {

Parsed<std::uint64_t> parse_number_in(std::string_view text, const Range& range) {
  auto number = parse_number(text, 0, range.largest_of_type());
  if (auto* mismatch = std::get_if<Mismatch>(&number))
    mismatch->expected = fmt::format("a number from {} to {}", range.min, range.max);
  return number;
}

Result<void> check_range(std::string_view argument, std::uint64_t value, const Range& range,
                         std::string_view unit) {
  if (range.holds(value)) return {};
  return make_error(ErrorCode::invalid_argument, "{}: {} is out of range, expected {} to {}{}", argument,
                    value, range.min, range.max, unit);
}

}  // namespace vipswitch::text
