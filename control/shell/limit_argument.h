#pragma once

// Arguments of value_type::kLimitIn, and the help that several commands give to one.

#include <cstdint>
#include <optional>
#include <string_view>

#include "control/shell/command.h"

namespace vipswitch::shell {

// Nothing is said; there is to be no limit; the limit.
inline std::optional<std::optional<std::uint32_t>> limit_of(const Arguments& arguments,
                                                            std::string_view placeholder) {
  const auto value = arguments.get_if<std::uint64_t>(placeholder);
  if (!value) return std::nullopt;
  return *value == 0 ? std::optional<std::uint32_t>() : static_cast<std::uint32_t>(*value);
}

inline constexpr std::string_view kBurstHelp =
    "1000 bytes that a rate saves up, 16 to 1000000, or none: what it carries in 20 ms, at least 64";

}  // namespace vipswitch::shell
