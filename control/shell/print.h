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

// Behind the reason why numbers stand still and nothing is learned, if packets are not taken.
inline std::string with_notice(const Context& context, const std::string& text) {
  return context.runtime.forwarding()
             ? text
             : "FORWARDING IS STOPPED: start takes packets from the devices again\n" + text;
}

// A cell of a table.
inline std::string number(std::uint64_t value) {
  return fmt::to_string(value);
}

}  // namespace vipswitch::shell
