#pragma once

// A command line as words. Blanks separate; "..." keeps blanks and '#', with \" and \\ inside; '#' at the
// start of a word begins a comment. A word that was quoted, even in part, stands for a value and never for a
// literal of a command.

#include <string>
#include <string_view>
#include <vector>

#include "vipswitch/result.h"

namespace vipswitch::shell {

struct Word {
  std::string text;
  bool quoted = false;
};

struct Words {
  std::vector<Word> words;
  bool ends_in_word = false;    // nothing stands behind the last word: it may be unfinished
  bool ends_in_quotes = false;  // its quotes are not closed
  bool has_comment = false;
};

Words split_words(std::string_view line);

// The word as it must be written to be read back as a value.
std::string quote_if_needed(std::string_view word);

}  // namespace vipswitch::shell
