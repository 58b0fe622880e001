#pragma once

// Values as JSON documents of the shell have them.

#include <cmath>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "control/shell/json_form.h"
#include "control/text/format.h"

namespace vipswitch::shell {

template <class T>
std::string word(const T& value) {
  return fmt::to_string(value);
}

template <class T>
Json word_or_null(const std::optional<T>& value) {
  return value ? Json(word(*value)) : Json();
}

inline Json number_or_null(const std::optional<std::uint32_t>& value) {
  return value ? Json(*value) : Json();
}

inline double rounded(double value) {
  return std::round(value * 100) / 100;
}

}  // namespace vipswitch::shell
