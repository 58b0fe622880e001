#include "control/shell/matcher.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <set>

#include "control/shell/suggest.h"
#include "control/text/make_error.h"

namespace vipswitch::shell {
namespace {

enum class Fit { kNone, kAbbreviation, kValue, kExact };

Fit fit_of(const Expectation& expectation, const Word& word) {
  if (expectation.argument) return Fit::kValue;
  std::string_view text = word.text;
  if (expectation.is_flag && text.starts_with("--")) text.remove_prefix(2);
  if (word.quoted || text.empty() || !expectation.literal.starts_with(text)) return Fit::kNone;
  if (expectation.literal == text) return Fit::kExact;
  return expectation.is_whole ? Fit::kNone : Fit::kAbbreviation;
}

struct Match {
  std::size_t candidate;
  Expectation expectation;
};

// The matches of the best fit, empty where nothing fits.
std::vector<Match> best_matches(const std::vector<Candidate>& candidates, const Word& word, Fit& best) {
  std::vector<Match> matches;
  best = Fit::kNone;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (const auto& expectation : candidates[i].expectations()) {
      const auto fit = fit_of(expectation, word);
      if (fit == Fit::kNone || fit < best) continue;
      if (fit > best) matches.clear();
      best = fit;
      matches.push_back({i, expectation});
    }
  }
  return matches;
}

template <class Match>
std::set<std::string_view> literals_of(const std::vector<Match>& matches) {
  std::set<std::string_view> literals;
  for (const auto& match : matches) literals.insert(match.expectation.literal);
  return literals;
}

std::set<std::string_view> expected_literals(const std::vector<Candidate>& candidates) {
  std::set<std::string_view> literals;
  for (const auto& candidate : candidates) {
    for (const auto& expectation : candidate.expectations()) {
      if (!expectation.argument) literals.insert(expectation.literal);
    }
  }
  return literals;
}

}  // namespace

Matcher::Matcher(const std::vector<Command>& commands, const std::vector<Pattern>& patterns)
    : patterns_(patterns) {
  candidates_.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) candidates_.emplace_back(commands[i], patterns[i]);
}

Result<void> Matcher::accept(const Word& word) {
  Fit fit;
  const auto matches = best_matches(candidates_, word, fit);
  if (matches.empty()) return unexpected(word);
  if (fit == Fit::kAbbreviation) {
    if (const auto literals = literals_of(matches); literals.size() > 1) {
      return make_error(ErrorCode::usage, "{}ambiguous word \"{}\", expected one of {}", prefix(), word.text,
                        fmt::join(literals, ", "));
    }
  }
  std::vector<Candidate> kept;
  for (const auto& match : matches) {
    kept.push_back(candidates_[match.candidate]);
    kept.back().take(match.expectation, word.text);
  }
  candidates_ = std::move(kept);
  const auto path =
      fmt::format("{}{}{}", path_, path_.empty() ? "" : " ", matches.front().expectation.literal);
  if (candidates_.front().pattern().path().starts_with(path)) path_ = path;
  return {};
}

Result<const Candidate*> Matcher::finish() const {
  std::vector<std::string> missing;
  for (const auto& candidate : candidates_) {
    auto what = candidate.missing();
    if (what.empty()) return &candidate;
    if (std::find(missing.begin(), missing.end(), what) == missing.end()) missing.push_back(std::move(what));
  }
  if (has_common_path()) {
    return make_error(ErrorCode::usage, "{}missing {}, usage: {}", prefix(), fmt::join(missing, " or "),
                      usage());
  }
  std::sort(missing.begin(), missing.end());
  return make_error(ErrorCode::usage, "{}missing word, expected one of {}", prefix(),
                    fmt::join(missing, ", "));
}

Error Matcher::unexpected(const Word& word) const {
  const auto literals = expected_literals(candidates_);
  const std::string_view bare(word.text.c_str() + (word.text.starts_with("--") ? 2 : 0));
  const bool is_first = path_.empty();
  const auto what = is_first ? "unknown command" : literals.empty() ? "surplus word" : "unknown word";
  for (const auto& candidate : candidates_) {
    if (!candidate.was_given(bare)) continue;
    return make_error(ErrorCode::usage, "{}\"{}\" is given twice, usage: {}", prefix(), word.text, usage());
  }
  const auto near = suggest(word.text, {literals.begin(), literals.end()});
  if (near) {
    return make_error(ErrorCode::usage, "{}{} \"{}\", did you mean \"{}\"?", prefix(), what, word.text,
                      *near);
  }
  if (is_first) return make_error(ErrorCode::usage, "{} \"{}\", try help", what, word.text);
  // `show eip` for `eip show`.
  const std::string turned = fmt::format("{} {}", word.text, path_);
  const auto is_turned = [&](const Pattern& pattern) { return pattern.path() == turned; };
  if (std::any_of(patterns_.begin(), patterns_.end(), is_turned)) {
    return make_error(ErrorCode::usage, "{}{} \"{}\", did you mean \"{}\"?", prefix(), what, word.text,
                      turned);
  }
  if (has_common_path()) {
    return make_error(ErrorCode::usage, "{}{} \"{}\", usage: {}", prefix(), what, word.text, usage());
  }
  return make_error(ErrorCode::usage, "{}{} \"{}\", expected one of {}", prefix(), what, word.text,
                    fmt::join(literals, ", "));
}

std::string Matcher::prefix() const {
  return path_.empty() ? "" : path_ + ": ";
}

bool Matcher::has_common_path() const {
  return std::all_of(candidates_.begin(), candidates_.end(),
                     [&](const auto& candidate) { return candidate.pattern().path() == path_; });
}

std::string Matcher::usage() const {
  std::string usage;
  for (const auto& candidate : candidates_) {
    if (!usage.empty()) usage += " | ";
    usage += candidate.command().pattern;
  }
  return usage;
}

}  // namespace vipswitch::shell
