#pragma once

// An Error whose message is formatted; what a message must contain is said in vipswitch/result.h.

#include <fmt/core.h>
#include <utility>

#include "vipswitch/result.h"

namespace vipswitch {

template <class... Args>
Error make_error(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return {code, fmt::format(format, std::forward<Args>(args)...)};
}

}  // namespace vipswitch
