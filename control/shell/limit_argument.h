#pragma once

// Arguments that bound something: rates of value_type::kLimitIn, with the help that several commands give to
// one, and how many lines of a table are shown.

#include <cstdint>
#include <optional>
#include <string_view>

#include "control/shell/command.h"
#include "control/text/range.h"

namespace vipswitch::shell {

// Nothing is said; there is to be no limit; the limit.
inline std::optional<std::optional<std::uint32_t>> limit_of(const Arguments& arguments,
                                                            std::string_view placeholder) {
  const auto value = arguments.get_if<std::uint64_t>(placeholder);
  if (!value) return std::nullopt;
  return *value == 0 ? std::optional<std::uint32_t>() : static_cast<std::uint32_t>(*value);
}

// For argument COUNT of commands that show the newest lines of a table.
inline constexpr text::Range kShownRange{1, UINT32_MAX};
inline Result<std::size_t> shown_count(const Arguments& arguments) {
  const auto count = arguments.get_or<std::uint64_t>("COUNT", kShownRange.max);
  if (auto checked = text::check_range("count", count, kShownRange); !checked) return checked.error();
  return static_cast<std::size_t>(count);
}

inline constexpr std::string_view kBurstHelp =
    "1000 bytes that a rate saves up, 16 to 1000000, or none: what it carries in 20 ms, at least 64";

}  // namespace vipswitch::shell
