#pragma once

// Walks a line's words through the patterns of all commands at once and keeps those that still fit. Parsing
// and completion are both made of this.
//
// Where several patterns could take a word, an exact literal comes before a value, and a value before an
// abbreviated literal, so that a name that begins like a literal can be used as a name. The reading with the
// abbreviation is kept aside: it counts where a later word, or the line's end, leaves no other.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/shell/command.h"
#include "control/shell/pattern.h"
#include "control/shell/words.h"
#include "vipswitch/result.h"

namespace vipswitch::shell {

// What a pattern takes next: a literal (positional or keyword) or the value of an argument.
struct Expectation {
  std::string_view literal;  // empty: a value
  const Argument* argument;  // of the value; null for a literal
  std::string_view help;     // of the value, of a keyword's value, or of the command
  bool is_flag = false;      // the literal may also be spelled with -- before it
  bool is_whole = false;     // the literal cannot be shortened
};

struct Given {
  const Argument* argument;  // null: a flag
  std::string name;          // the keyword, or the placeholder in lower case: what messages call the value
  std::string text;
};

class Candidate {
 public:
  Candidate(const Command& command, const Pattern& pattern)
      : command_(&command), pattern_(&pattern), keyword_given_(pattern.keywords.size()) {}

  const Command& command() const noexcept { return *command_; }
  const Pattern& pattern() const noexcept { return *pattern_; }
  const std::vector<Given>& given() const noexcept { return given_; }

  std::vector<Expectation> expectations() const;
  // Takes a word that one of expectations() fits.
  void take(const Expectation& expectation, const std::string& text);
  // What is required and missing, as the usage spells it; empty: the line may end here.
  std::string missing() const;
  // Whether the pattern has a keyword that was given already.
  bool was_given(std::string_view keyword) const;

 private:
  std::string any_keyword() const;

  const Command* command_;
  const Pattern* pattern_;
  std::size_t position_ = 0;
  std::vector<bool> keyword_given_;
  const Keyword* awaits_value_ = nullptr;
  std::vector<Given> given_;
};

class Matcher {
 public:
  Matcher(const std::vector<Command>& commands, const std::vector<Pattern>& patterns);

  // Errors: usage; the candidates stay some that fitted the words before.
  Result<void> accept(const Word& word);
  // The only candidate whose line may end here. Errors: usage.
  Result<const Candidate*> finish() const;

  // Of both readings.
  std::vector<Candidate> candidates() const;

 private:
  // What the words so far may mean; without candidates: nothing.
  struct Reading {
    std::vector<Candidate> candidates;
    std::string path;  // the leading literals accepted so far, spelled out
  };
  struct Match {
    std::size_t candidate;
    Expectation expectation;
  };
  using Matches = std::vector<Match>;

  static Reading advance(const Reading& reading, const Matches& matches, const Word& word);
  // The other reading of the line once it has `word` too, which the first takes as a value or not.
  Reading advance_aside(const Word& word, bool is_value) const;
  std::optional<Error> misspelt(const Word& word) const;
  Error unexpected(const Word& word) const;
  std::string prefix() const;
  // Whether all candidates are spellings of one command, whose usage then helps most.
  bool has_common_path() const;
  std::string usage() const;

  const std::vector<Pattern>& patterns_;  // of all commands
  Reading reading_;
  Reading aside_;               // with an abbreviation where reading_ has a value
  std::optional<Error> doubt_;  // the last word, taken as a value, looks like a literal that is spelled wrong
};

}  // namespace vipswitch::shell
