#include "control/shell/command_set.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "control/shell/commands.h"
#include "control/shell/matcher.h"
#include "control/shell/words.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {
namespace {

Result<Arguments> parse_values(const Candidate& candidate) {
  Arguments arguments;
  for (const auto& given : candidate.given()) {
    if (!given.argument) {
      arguments.set_flag(given.name);
      continue;
    }
    auto value = given.argument->type->parse(given.name, given.text);
    if (!value) return value.error();
    arguments.set(given.argument->placeholder, std::move(value).value());
  }
  return arguments;
}

using ByWord = std::map<std::string, Completion>;

void offer_values(const Argument& argument, const std::string& partial, const model::Objects& objects,
                  ByWord& offers) {
  const auto words = argument.type->complete(objects);
  for (const auto& word : words) {
    if (!word.starts_with(partial)) continue;
    offers.try_emplace(word, Completion{word, std::string(argument.placeholder), std::string(argument.help)});
  }
  if (words.empty() && partial.empty()) {
    // A key that sorts behind every word, one for each placeholder.
    offers.try_emplace("~" + std::string(argument.placeholder),
                       Completion{"", std::string(argument.placeholder), std::string(argument.help)});
  }
}

void offer(const Candidate& candidate, const std::string& partial, const model::Objects& objects,
           ByWord& offers) {
  for (const auto& expectation : candidate.expectations()) {
    if (expectation.argument) {
      offer_values(*expectation.argument, partial, objects, offers);
      continue;
    }
    std::string literal(expectation.literal);
    if (expectation.is_flag && partial.starts_with("--")) literal.insert(0, "--");
    if (literal.starts_with(partial)) {
      const auto [at, is_new] = offers.try_emplace(
          literal, Completion{literal, "", std::string(expectation.help), expectation.is_whole});
      // A word that several commands begin with has the help of none.
      if (!is_new && at->second.help != expectation.help) at->second.help.clear();
    }
  }
}

}  // namespace

CommandSet::CommandSet() {
  for (auto* topic : kTopics) {
    auto commands = topic();
    commands_.insert(commands_.end(), std::make_move_iterator(commands.begin()),
                     std::make_move_iterator(commands.end()));
  }
  patterns_.reserve(commands_.size());
  for (const auto& command : commands_) patterns_.push_back(parse_pattern(command));
}

Result<std::optional<ParsedCommand>> CommandSet::parse(std::string_view line) const {
  const auto words = split_words(line);
  if (words.words.empty()) return std::optional<ParsedCommand>();
  if (words.ends_in_quotes) {
    return make_error(ErrorCode::usage, "\"{}\" is not closed, expected a closing quote",
                      words.words.back().text);
  }
  Matcher matcher(commands_, patterns_);
  for (const auto& word : words.words) {
    if (auto accepted = matcher.accept(word); !accepted) return accepted.error();
  }
  const auto candidate = matcher.finish();
  if (!candidate) return candidate.error();
  auto arguments = parse_values(*candidate.value());
  if (!arguments) return arguments.error();
  return std::optional(ParsedCommand{&candidate.value()->command(), std::move(arguments).value()});
}

std::vector<Completion> CommandSet::complete(std::string_view line, const model::Objects& objects) const {
  auto words = split_words(line);
  if (words.has_comment) return {};
  Word partial;
  if (words.ends_in_word) {
    partial = std::move(words.words.back());
    words.words.pop_back();
  }
  Matcher matcher(commands_, patterns_);
  for (const auto& word : words.words) {
    if (!matcher.accept(word)) return {};
  }
  ByWord offers;
  if (partial.quoted) return {};
  for (const auto& candidate : matcher.candidates()) offer(candidate, partial.text, objects, offers);
  const bool has_shortened =
      std::any_of(offers.begin(), offers.end(), [](const auto& entry) { return !entry.second.is_whole; });
  if (!partial.text.empty() && has_shortened) {
    std::erase_if(offers, [](const auto& entry) { return entry.second.is_whole; });
  }
  std::vector<Completion> completions;
  for (auto& entry : offers) completions.push_back(std::move(entry.second));
  return completions;
}

}  // namespace vipswitch::shell
