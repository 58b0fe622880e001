#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <string>

#include "control/shell/command_set.h"
#include "control/shell/commands.h"
#include "control/shell/pattern.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {
namespace {

Result<void> start(Context& context, const Arguments&) {
  context.runtime.set_forwarding(true);
  return {};
}

Result<void> stop(Context& context, const Arguments&) {
  context.runtime.set_forwarding(false);
  return {};
}

Result<void> quit(Context& context, const Arguments&) {
  context.wishes.quit = true;
  return {};
}

Result<void> shut_down(Context& context, const Arguments&) {
  context.wishes = {.quit = true, .shutdown = true};
  return {};
}

Result<Value> parse_topic(std::string_view, std::string_view word) {
  return Value(std::string(word));
}

// The leading literals of every command.
std::vector<std::string> complete_topic(const model::Objects&) {
  std::set<std::string> words;
  for (auto* topic : kTopics) {
    for (const auto& command : topic()) {
      for (const auto& positional : parse_pattern(command).positionals) {
        if (!positional.argument) words.emplace(positional.word);
      }
    }
  }
  return {words.begin(), words.end()};
}

const ValueType kTopic{parse_topic, complete_topic};

// `help havip` is about `havip add` and `show havip`.
bool is_about(const Command& command, std::string_view word) {
  const auto pattern = parse_pattern(command);
  return std::any_of(pattern.positionals.begin(), pattern.positionals.end(),
                     [&](const auto& positional) { return !positional.argument && positional.word == word; });
}

std::string command_line(const Command& command) {
  return fmt::format("{}\n    {}\n", command.pattern, command.help);
}

Result<void> help(Context& context, const Arguments&) {
  std::string text;
  for (const auto& command : context.commands.commands()) text += command_line(command);
  context.print(text +
                "Tab completes, ? lists what may follow; words can be abbreviated, # begins a comment.\n");
  return {};
}

Result<void> help_about(Context& context, const Arguments& arguments) {
  const auto& word = arguments.text("WORD");
  std::string text;
  for (const auto& command : context.commands.commands()) {
    if (!is_about(command, word)) continue;
    text += command_line(command);
    for (const auto& argument : command.arguments) {
      text += fmt::format("    {:<10} {}\n", argument.placeholder, argument.help);
    }
  }
  if (text.empty()) {
    return make_error(ErrorCode::not_found,
                      "help: no command is about \"{}\", expected a word such as havip or show", word);
  }
  context.print(text);
  return {};
}

}  // namespace

std::vector<Command> switch_commands() {
  return {
      {"start", "forward packets", {}, start},
      {"stop", "stop forwarding, keep everything else", {}, stop},
      {"help", "list all commands", {}, help},
      {"help WORD",
       "explain the commands about one word, with their arguments",
       {{"WORD", &kTopic, "word of a command, such as havip or show"}},
       help_about},
      {"quit", "end this shell; that of vipswitch -i ends the switch, too", {}, quit},
      {"shutdown",
       "stop forwarding and end the switch; cannot be abbreviated",
       {},
       shut_down,
       Shortening::kRefused},
  };
}

}  // namespace vipswitch::shell
