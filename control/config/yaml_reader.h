#pragma once

// Reads YAML nodes into typed values and remembers the first thing that is wrong, with its line. After an
// error reading goes on harmlessly with default values, so that readers of objects need not check each step;
// ask ok() at the end.

#include <cstdint>
#include <fmt/format.h>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "control/config/yaml_document.h"
#include "control/text/parse.h"
#include "control/text/range.h"
#include "vipswitch/result.h"

namespace vipswitch::config {

class YamlSource {
 public:
  explicit YamlSource(std::string origin) : origin_(std::move(origin)) {}

  bool ok() const noexcept { return !error_; }
  const Error& error() const { return *error_; }

  // `ORIGIN:LINE: MESSAGE`; only the first error is kept.
  void fail(int line, ErrorCode code, std::string_view message);
  // `ORIGIN:LINE: found FOUND, expected EXPECTED`, as invalid_argument.
  void fail_found(int line, std::string_view found, std::string_view expected);

 private:
  std::string origin_;
  std::optional<Error> error_;
};

// What a node is, for messages: "a list", "a mapping", "nothing", or its text in quotes.
std::string describe(const YamlNode& node);

// The text of a scalar called `what`; fails on anything else.
std::optional<std::string_view> read_scalar(YamlSource& source, const YamlNode& node, std::string_view what,
                                            std::string_view expected);

// A scalar called `what` through one of the parsers of control/text/parse.h.
template <class Parse, class T>
void read_value(YamlSource& source, const YamlNode& node, std::string_view what, Parse parse, T& into) {
  const auto text = read_scalar(source, node, what, "a single value");
  if (!text) return;
  auto parsed = parse(*text);
  if (const auto* mismatch = std::get_if<text::Mismatch>(&parsed)) {
    source.fail_found(node.line(), fmt::format("{} \"{}\", which is {}", what, *text, mismatch->complaint),
                      mismatch->expected);
    return;
  }
  into = static_cast<T>(*std::get_if<0>(&parsed));
}

// The parser of numbers of the type that is read into.
struct NumberParser {
  std::uint64_t min;
  std::uint64_t max;
  text::Parsed<std::uint64_t> operator()(std::string_view text) const {
    return text::parse_number(text, min, max);
  }
};

// The same for a number that a rule keeps in a range.
struct RangeParser {
  text::Range range;
  text::Parsed<std::uint64_t> operator()(std::string_view text) const {
    return text::parse_number_in(text, range);
  }
};

// The parser of values that are taken as they are.
text::Parsed<std::string> any_text(std::string_view text);

enum class Presence { kRequired, kOptional };

// A mapping whose keys are known: unknown and repeated ones are errors. Node and texts outlive it.
class Mapping {
 public:
  // `what` names the mapping in messages, as in "a port".
  Mapping(YamlSource& source, const YamlNode& node, std::string_view what,
          std::initializer_list<std::string_view> keys);

  int line() const noexcept { return node_.line(); }
  YamlSource& source() const noexcept { return source_; }

  // The node behind a key; null where it is missing, which fails if it is required.
  const YamlNode* get(std::string_view key, Presence presence) const;

  template <class Parse, class T>
  void read(std::string_view key, Presence presence, Parse parse, T& into) const {
    if (const YamlNode* node = get(key, presence)) read_value(source_, *node, key, parse, into);
  }
  void read_text(std::string_view key, Presence presence, std::string& into) const;

 private:
  YamlSource& source_;
  std::string_view what_;
  const YamlNode& node_;
};

// The elements of a list called `what`; fails and gives none on anything else.
YamlNodes read_list(YamlSource& source, const YamlNode& node, std::string_view what);

}  // namespace vipswitch::config
