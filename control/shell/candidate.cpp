#include <algorithm>
#include <cctype>
#include <fmt/format.h>

#include "control/shell/matcher.h"

namespace vipswitch::shell {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string spelling(const Keyword& keyword) {
  return keyword.argument ? fmt::format("{} {}", keyword.word, keyword.argument->placeholder)
                          : std::string(keyword.word);
}

}  // namespace

std::vector<Expectation> Candidate::expectations() const {
  if (awaits_value_) return {{{}, awaits_value_->argument, awaits_value_->argument->help}};
  if (position_ < pattern_->positionals.size()) {
    const auto& next = pattern_->positionals[position_];
    if (next.argument) return {{{}, next.argument, next.argument->help}};
    return {{.literal = next.word,
             .argument = nullptr,
             .help = command_->help,
             .is_whole = command_->shortening == Shortening::kRefused}};
  }
  std::vector<Expectation> expectations;
  for (std::size_t i = 0; i < pattern_->keywords.size(); ++i) {
    const auto& keyword = pattern_->keywords[i];
    if (keyword_given_[i]) continue;
    expectations.push_back({.literal = keyword.word,
                            .argument = nullptr,
                            .help = keyword.argument ? keyword.argument->help : std::string_view(),
                            .is_flag = keyword.argument == nullptr});
  }
  return expectations;
}

void Candidate::take(const Expectation& expectation, const std::string& text) {
  if (awaits_value_) {
    given_.push_back({expectation.argument, std::string(awaits_value_->word), text});
    awaits_value_ = nullptr;
  } else if (position_ < pattern_->positionals.size()) {
    ++position_;
    if (!expectation.argument) return;
    given_.push_back({expectation.argument, lower_case(expectation.argument->placeholder), text});
  } else {
    const auto& keywords = pattern_->keywords;
    const auto at = std::find_if(keywords.begin(), keywords.end(),
                                 [&](const auto& keyword) { return keyword.word == expectation.literal; });
    keyword_given_[static_cast<std::size_t>(at - keywords.begin())] = true;
    if (at->argument) {
      awaits_value_ = &*at;
    } else {
      given_.push_back({nullptr, std::string(at->word), {}});
    }
  }
}

std::string Candidate::missing() const {
  if (awaits_value_) return std::string(awaits_value_->argument->placeholder);
  if (position_ < pattern_->positionals.size()) return std::string(pattern_->positionals[position_].word);
  for (std::size_t i = 0; i < pattern_->keywords.size(); ++i) {
    if (pattern_->keywords[i].required && !keyword_given_[i]) return spelling(pattern_->keywords[i]);
  }
  const bool is_any_given =
      std::find(keyword_given_.begin(), keyword_given_.end(), true) != keyword_given_.end();
  return command_->least == Least::kOneKeyword && !is_any_given ? any_keyword() : std::string();
}

std::string Candidate::any_keyword() const {
  std::vector<std::string_view> words;
  for (const Keyword& keyword : pattern_->keywords) words.push_back(keyword.word);
  return fmt::format("one of {}", fmt::join(words, ", "));
}

bool Candidate::was_given(std::string_view keyword) const {
  for (std::size_t i = 0; i < pattern_->keywords.size(); ++i) {
    if (keyword_given_[i] && pattern_->keywords[i].word == keyword) return true;
  }
  return false;
}

}  // namespace vipswitch::shell
