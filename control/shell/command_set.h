#pragma once

// All commands of the shell, and what can be done with a line of text against them: parse, complete, explain.
// The list itself (commands()) is what help is made from.
//
// Immutable after construction; shared by all sessions.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/model.h"
#include "control/shell/command.h"
#include "control/shell/pattern.h"
#include "vipswitch/result.h"

namespace vipswitch::shell {

struct ParsedCommand {
  const Command* command;
  Arguments arguments;
};

// One word that could stand at the cursor.
struct Completion {
  std::string word;         // empty: any value of the argument fits
  std::string placeholder;  // of the argument, empty for a literal
  std::string help;         // of the value or the command; empty for a word that several commands begin with
  bool is_whole = false;    // a literal that cannot be shortened
};

class CommandSet {
 public:
  CommandSet();
  // Patterns refer to the commands of their own set.
  CommandSet(const CommandSet&) = delete;
  CommandSet& operator=(const CommandSet&) = delete;

  const std::vector<Command>& commands() const noexcept { return commands_; }

  // Words -> command and typed values; nullopt for a line without words. Errors: usage (unknown, ambiguous,
  // missing or surplus words), invalid_argument.
  Result<std::optional<ParsedCommand>> parse(std::string_view line) const;

  // What may stand at the end of `line` (the text left of the cursor): words that begin with its last word,
  // or, behind a blank, any next word. Names come from `objects`. Sorted, without duplicates; nothing for a
  // line that does not fit. A literal that cannot be shortened does not stand in the way of those that can.
  std::vector<Completion> complete(std::string_view line, const model::Objects& objects) const;

 private:
  std::vector<Command> commands_;
  std::vector<Pattern> patterns_;  // patterns_[i] is that of commands_[i]
};

}  // namespace vipswitch::shell
