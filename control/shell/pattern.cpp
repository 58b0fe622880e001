#include "control/shell/pattern.h"

#include <algorithm>
#include <cassert>

namespace vipswitch::shell {
namespace {

// Cuts the next blank-separated token off the pattern; "[key VALUE]" is one token.
std::string_view take_token(std::string_view& rest) {
  const auto start = rest.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  rest.remove_prefix(start);
  const auto end = rest.front() == '[' ? rest.find(']') + 1 : std::min(rest.find(' '), rest.size());
  const auto token = rest.substr(0, end);
  rest.remove_prefix(end);
  return token;
}

constexpr bool is_placeholder(std::string_view token) {
  return token.front() >= 'A' && token.front() <= 'Z';
}

bool followed_by_placeholder(std::string_view rest) {
  const auto next = take_token(rest);
  return !next.empty() && is_placeholder(next);
}

const Argument* find_argument(const Command& command, std::string_view placeholder) {
  const auto at = std::find_if(command.arguments.begin(), command.arguments.end(),
                               [&](const auto& argument) { return argument.placeholder == placeholder; });
  assert(at != command.arguments.end());
  return &*at;
}

Keyword parse_optional(const Command& command, std::string_view token) {
  auto inside = token.substr(1, token.size() - 2);
  const auto word = take_token(inside);
  const auto placeholder = take_token(inside);
  return {word, placeholder.empty() ? nullptr : find_argument(command, placeholder), false};
}

}  // namespace

std::string Pattern::path() const {
  std::string path;
  for (const auto& positional : positionals) {
    if (positional.argument) break;
    if (!path.empty()) path += ' ';
    path += positional.word;
  }
  return path;
}

Pattern parse_pattern(const Command& command) {
  Pattern pattern;
  auto rest = command.pattern;
  bool has_argument = false;
  for (auto token = take_token(rest); !token.empty(); token = take_token(rest)) {
    if (token.front() == '[') {
      pattern.keywords.push_back(parse_optional(command, token));
    } else if (is_placeholder(token)) {
      pattern.positionals.push_back({token, find_argument(command, token)});
      has_argument = true;
    } else if (has_argument && followed_by_placeholder(rest)) {
      pattern.keywords.push_back({token, find_argument(command, take_token(rest)), true});
    } else {
      pattern.positionals.push_back({token, nullptr});
    }
  }
  return pattern;
}

}  // namespace vipswitch::shell
