#pragma once

// What getopt_long(3) could make nothing of, for messages.

#include <cstring>
#include <getopt.h>
#include <string>

namespace vipswitch::text {

// After '?' or ':': the word, or of a word with several letters the one that is unknown. `letters` is what
// getopt_long() was given: for a word that is wrong as a whole optopt is 0, or the letter it stands for if
// only its value is too much.
inline std::string wrong_option(char* const* argv, const char* letters) {
  const bool is_whole_word = std::strchr(letters, optopt) != nullptr;
  return is_whole_word ? std::string(argv[optind - 1]) : std::string{'-', static_cast<char>(optopt)};
}

// The message about it. `letter` is what getopt_long() gave.
inline std::string option_complaint(int letter, char* const* argv, const char* letters) {
  if (letter == ':') return "option \"" + std::string(argv[optind - 1]) + "\" needs a value";
  return "unknown option \"" + wrong_option(argv, letters) + "\"";
}

}  // namespace vipswitch::text
