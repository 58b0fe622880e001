#include "control/shell/matcher.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <optional>
#include <set>
#include <utility>

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

template <class Matches>
Matches matches_of(const std::vector<Candidate>& candidates, const Word& word, Fit fit) {
  Matches matches;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    for (const auto& expectation : candidates[i].expectations()) {
      if (fit_of(expectation, word) == fit) matches.push_back({i, expectation});
    }
  }
  return matches;
}

Fit best_fit(const std::vector<Candidate>& candidates, const Word& word) {
  Fit best = Fit::kNone;
  for (const auto& candidate : candidates) {
    for (const auto& expectation : candidate.expectations()) best = std::max(best, fit_of(expectation, word));
  }
  return best;
}

template <class Matches>
std::set<std::string_view> literals_of(const Matches& matches) {
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
  auto& candidates = reading_.candidates;
  candidates.reserve(commands.size());
  for (std::size_t i = 0; i < commands.size(); ++i) candidates.emplace_back(commands[i], patterns[i]);
}

Result<void> Matcher::accept(const Word& word) {
  const Fit fit = best_fit(reading_.candidates, word);
  if (fit == Fit::kNone) {
    if (aside_.candidates.empty()) return doubt_ ? *doubt_ : unexpected(word);
    reading_ = std::exchange(aside_, {});
    return accept(word);
  }
  const auto matches = matches_of<Matches>(reading_.candidates, word, fit);
  if (const auto literals = literals_of(matches); fit == Fit::kAbbreviation && literals.size() > 1) {
    return make_error(ErrorCode::usage, "{}ambiguous word \"{}\", expected one of {}", prefix(), word.text,
                      fmt::join(literals, ", "));
  }
  aside_ = advance_aside(word, fit == Fit::kValue);
  doubt_ = fit == Fit::kValue && aside_.candidates.empty() ? misspelt(word) : std::nullopt;
  reading_ = advance(reading_, matches, word);
  return {};
}

Matcher::Reading Matcher::advance(const Reading& reading, const Matches& matches, const Word& word) {
  Reading next{{}, reading.path};
  for (const auto& match : matches) {
    next.candidates.push_back(reading.candidates[match.candidate]);
    next.candidates.back().take(match.expectation, word.text);
  }
  const auto path = fmt::format("{}{}{}", reading.path, reading.path.empty() ? "" : " ",
                                matches.front().expectation.literal);
  if (next.candidates.front().pattern().path().starts_with(path)) next.path = path;
  return next;
}

Matcher::Reading Matcher::advance_aside(const Word& word, bool is_value) const {
  const bool is_new = aside_.candidates.empty();
  if (is_new && !is_value) return {};
  const Reading& from = is_new ? reading_ : aside_;
  const Fit fit = is_new ? Fit::kAbbreviation : best_fit(from.candidates, word);
  const auto matches = matches_of<Matches>(from.candidates, word, fit);
  if (fit == Fit::kNone || matches.empty()) return {};
  if (fit == Fit::kAbbreviation && literals_of(matches).size() > 1) return {};
  return advance(from, matches, word);
}

std::vector<Candidate> Matcher::candidates() const {
  auto both = reading_.candidates;
  both.insert(both.end(), aside_.candidates.begin(), aside_.candidates.end());
  return both;
}

Result<const Candidate*> Matcher::finish() const {
  std::vector<std::string> missing;
  for (const auto& candidate : reading_.candidates) {
    auto what = candidate.missing();
    if (what.empty()) return &candidate;
    if (std::find(missing.begin(), missing.end(), what) == missing.end()) missing.push_back(std::move(what));
  }
  for (const auto& candidate : aside_.candidates) {
    if (candidate.missing().empty()) return &candidate;
  }
  if (doubt_) return *doubt_;
  if (has_common_path()) {
    return make_error(ErrorCode::usage, "{}missing {}, usage: {}", prefix(), fmt::join(missing, " or "),
                      usage());
  }
  std::sort(missing.begin(), missing.end());
  return make_error(ErrorCode::usage, "{}missing word, expected one of {}", prefix(),
                    fmt::join(missing, ", "));
}

// Nothing where it resembles no literal that could stand there.
std::optional<Error> Matcher::misspelt(const Word& word) const {
  const auto literals = expected_literals(reading_.candidates);
  const auto near = word.quoted ? std::nullopt : suggest(word.text, {literals.begin(), literals.end()});
  if (!near) return std::nullopt;
  const auto what = reading_.path.empty() ? "unknown command" : "unknown word";
  return make_error(ErrorCode::usage, "{}{} \"{}\", did you mean \"{}\"?", prefix(), what, word.text, *near);
}

Error Matcher::unexpected(const Word& word) const {
  const auto literals = expected_literals(reading_.candidates);
  const std::string_view bare(word.text.c_str() + (word.text.starts_with("--") ? 2 : 0));
  const bool is_first = reading_.path.empty();
  const auto what = is_first ? "unknown command" : literals.empty() ? "surplus word" : "unknown word";
  for (const auto& candidate : reading_.candidates) {
    if (!candidate.was_given(bare)) continue;
    return make_error(ErrorCode::usage, "{}\"{}\" is given twice, usage: {}", prefix(), word.text, usage());
  }
  if (const auto error = misspelt(word)) return *error;
  if (is_first) return make_error(ErrorCode::usage, "{} \"{}\", try help", what, word.text);
  // `show eip` for `eip show`.
  const std::string turned = fmt::format("{} {}", word.text, reading_.path);
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
  return reading_.path.empty() ? "" : reading_.path + ": ";
}

bool Matcher::has_common_path() const {
  return std::all_of(reading_.candidates.begin(), reading_.candidates.end(),
                     [&](const auto& candidate) { return candidate.pattern().path() == reading_.path; });
}

std::string Matcher::usage() const {
  std::string usage;
  for (const auto& candidate : reading_.candidates) {
    if (!usage.empty()) usage += " | ";
    usage += candidate.command().pattern;
  }
  return usage;
}

}  // namespace vipswitch::shell
