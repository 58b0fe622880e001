#include "control/shell/words.h"

namespace vipswitch::shell {
namespace {

constexpr bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Reads one word at `at` and returns where it ends.
std::size_t read_word(std::string_view line, std::size_t at, Words& words) {
  Word& word = words.words.emplace_back();
  bool in_quotes = false;
  for (; at < line.size() && (in_quotes || !is_blank(line[at])); ++at) {
    if (line[at] == '"') {
      in_quotes = !in_quotes;
      word.quoted = true;
    } else if (in_quotes && line[at] == '\\' && at + 1 < line.size()) {
      word.text += line[++at];
    } else {
      word.text += line[at];
    }
  }
  words.ends_in_word = at == line.size();
  words.ends_in_quotes = in_quotes;
  return at;
}

}  // namespace

Words split_words(std::string_view line) {
  Words words;
  for (std::size_t at = 0; at < line.size();) {
    if (is_blank(line[at])) {
      ++at;
      words.ends_in_word = false;
    } else if (line[at] == '#') {
      words.has_comment = true;
      words.ends_in_word = false;
      break;
    } else {
      at = read_word(line, at, words);
    }
  }
  return words;
}

std::string quote_if_needed(std::string_view word) {
  if (!word.empty() && word.find_first_of(" \t\r\n\"\\#") == std::string_view::npos) return std::string(word);
  std::string quoted = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace vipswitch::shell
