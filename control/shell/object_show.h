#pragma once

// `X show [NAME] [json]`, the same for every kind of object with a name.

#include <fmt/format.h>
#include <string>
#include <string_view>

#include "control/shell/command.h"
#include "control/shell/json_form.h"
#include "control/shell/reenter.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {

// Prints the object that the argument `placeholder` names, or all of them where it was not given: as
// commands, or with the flag json as an object, or as {"<kind>s": [...]}.
template <class T>
Result<void> show_objects(Context& context, const Arguments& arguments, const model::ByName<T>& objects,
                          std::string_view placeholder, std::string_view kind) {
  const bool as_json = arguments.has("json");
  if (arguments.has(placeholder)) {
    const auto& name = arguments.text(placeholder);
    const auto at = objects.find(name);
    if (at == objects.end()) {
      return make_error(ErrorCode::not_found, "{}: \"{}\" does not exist, expected one of the {}s", kind,
                        name, kind);
    }
    context.print(as_json ? to_text(to_json(at->second)) : to_commands(at->second));
    return {};
  }
  std::string commands;
  auto array = Json::array();
  for (const auto& entry : objects) {
    if (as_json) {
      array.push_back(to_json(entry.second));
    } else {
      commands += to_commands(entry.second);
    }
  }
  context.print(as_json ? to_text(Json{{fmt::format("{}s", kind), std::move(array)}}) : commands);
  return {};
}

}  // namespace vipswitch::shell
