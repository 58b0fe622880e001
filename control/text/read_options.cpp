#include "control/text/read_options.h"

#include <cstring>
#include <set>
#include <string>

#include "control/text/make_error.h"

namespace vipswitch::text {
namespace {

// After '?': the word, or of a word with several letters the one that is unknown. For a word that is wrong as
// a whole optopt is 0, or the letter it stands for if only its value is too much.
std::string wrong_option(char* const* argv, const char* letters) {
  const bool is_whole_word = std::strchr(letters, optopt) != nullptr;
  return is_whole_word ? std::string(argv[optind - 1]) : std::string{'-', static_cast<char>(optopt)};
}

// As it is best known: `--config`, whatever of the two was typed.
std::string name_of(const OptionSet& set, int letter) {
  for (const option* known = set.options; known->name != nullptr; ++known) {
    if (known->val == letter) return std::string("--") + known->name;
  }
  return {'-', static_cast<char>(letter)};
}

}  // namespace

Result<OptionsRead> read_options(int argc, char* const* argv, const OptionSet& set, const TakeOption& take) {
  OptionsRead read;
  std::set<int> given;
  optind = 0;  // begins anew, wherever a former call has stopped (getopt(3), GNU)
  opterr = 0;
  for (int letter; (letter = getopt_long(argc, argv, set.letters, set.options, nullptr)) != -1;) {
    if (letter == ':') return make_error(ErrorCode::usage, "option \"{}\" needs a value", argv[optind - 1]);
    if (letter == '?')
      return make_error(ErrorCode::usage, "unknown option \"{}\"{}", wrong_option(argv, set.letters),
                        set.on_unknown);
    const bool is_repeatable = set.repeatable.find(static_cast<char>(letter)) != set.repeatable.npos;
    if (optarg != nullptr && !is_repeatable && !given.insert(letter).second)
      return make_error(ErrorCode::usage, "option \"{}\" is given twice", name_of(set, letter));
    if (letter == 'h') {
      read.help = true;
    } else if (letter == 'V') {
      read.version = true;
    } else if (auto taken = take(letter, optarg); !taken) {
      return taken.error();
    }
  }
  read.first_word = optind;
  return read;
}

}  // namespace vipswitch::text
