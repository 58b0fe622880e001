#pragma once

// A prefix of either family.

#include <string_view>
#include <variant>

#include "control/text/parse.h"

namespace vipswitch::text {

inline Parsed<IpPrefix> parse_any_prefix(std::string_view text) {
  const auto widen = [](const auto& parsed) -> Parsed<IpPrefix> {
    if (const auto* mismatch = std::get_if<Mismatch>(&parsed)) return *mismatch;
    return IpPrefix(std::get<0>(parsed));
  };
  return text.find(':') == std::string_view::npos ? widen(parse_prefix(text)) : widen(parse_prefix6(text));
}

}  // namespace vipswitch::text
