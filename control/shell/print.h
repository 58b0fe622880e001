#pragma once

// What commands with the flag json end with.

#include <fmt/format.h>
#include <string>

#include "control/shell/command.h"
#include "control/shell/json_form.h"

namespace vipswitch::shell {

// The document if the line has the flag json, otherwise the text.
inline void print(Context& context, const Arguments& arguments, const Json& json, const std::string& text) {
  context.print(arguments.has("json") ? to_text(json) : text);
}

// A cell of a table.
inline std::string number(std::uint64_t value) {
  return fmt::to_string(value);
}

}  // namespace vipswitch::shell
