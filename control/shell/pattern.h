#pragma once

// A command's pattern (grammar: control/shell/command.h), taken apart.

#include <string>
#include <string_view>
#include <vector>

#include "control/shell/command.h"

namespace vipswitch::shell {

struct Positional {
  std::string_view word;     // the literal or the placeholder
  const Argument* argument;  // null: a literal
};

struct Keyword {
  std::string_view word;
  const Argument* argument;  // null: a flag
  bool required;
};

struct Pattern {
  std::vector<Positional> positionals;
  std::vector<Keyword> keywords;

  // The leading literals, as in "havip bind": what messages call the command.
  std::string path() const;
};

// Refers to the command's own text and arguments, which must stay where they are. A pattern that breaks the
// grammar or names an argument that is not declared is a defect of the table: assert.
Pattern parse_pattern(const Command& command);

}  // namespace vipswitch::shell
