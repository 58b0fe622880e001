#pragma once

// Purpose: a program's command line, option by option, by getopt_long(3), with the messages of this project.
// Shape: one call a command line; `take` gets each option with its value, in the order they stand in.
// Errors: usage: unknown, without its value, given twice; whatever `take` refuses.

#include <functional>
#include <getopt.h>
#include <string_view>

#include "vipswitch/result.h"

namespace vipswitch::text {

struct OptionSet {
  const char* letters;               // optstring of getopt(3), whose first character but '+' is ':'
  const option* options;             // its long ones
  std::string_view repeatable = {};  // letters of those with a value that may be given more than once
  std::string_view on_unknown = {};  // said behind the name of one that is unknown
};

// What every program understands, as -h and -V, and the index in `argv` of the first word that is no option.
struct OptionsRead {
  bool help = false, version = false;
  int first_word = 0;
};

// Of the others. `letter` is its letter, or the number of one without a letter.
using TakeOption = std::function<Result<void>(int letter, const char* value)>;

Result<OptionsRead> read_options(int argc, char* const* argv, const OptionSet& set, const TakeOption& take);

}  // namespace vipswitch::text
