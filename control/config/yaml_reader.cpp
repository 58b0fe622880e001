#include "control/config/yaml_reader.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vipswitch::config {

void YamlSource::fail(int line, ErrorCode code, std::string_view message) {
  if (!error_) error_ = Error{code, fmt::format("{}:{}: {}", origin_, line, message)};
}

void YamlSource::fail_found(int line, std::string_view found, std::string_view expected) {
  fail(line, ErrorCode::invalid_argument, fmt::format("found {}, expected {}", found, expected));
}

int line_of(const YAML::Node& node) {
  return node.Mark().line + 1;
}

std::string describe(const YAML::Node& node) {
  if (node.IsScalar()) return fmt::format("\"{}\"", node.Scalar());
  if (node.IsSequence()) return "a list";
  return node.IsMap() ? "a mapping" : "nothing";
}

std::optional<std::string> read_scalar(YamlSource& source, const YAML::Node& node, std::string_view what,
                                       std::string_view expected) {
  if (node.IsScalar()) return node.Scalar();
  source.fail_found(line_of(node), fmt::format("{} as {}", describe(node), what), expected);
  return std::nullopt;
}

text::Parsed<std::string> any_text(std::string_view text) {
  return std::string(text);
}

Mapping::Mapping(YamlSource& source, const YAML::Node& node, std::string_view what,
                 std::initializer_list<std::string_view> keys)
    : source_(source), what_(what), line_(line_of(node)), is_mapping_(node.IsMap()) {
  if (!is_mapping_) {
    source.fail_found(line_, fmt::format("{} as {}", describe(node), what),
                      fmt::format("a mapping of {}", fmt::join(keys, ", ")));
    return;
  }
  for (const auto& entry : node) {
    const auto& key_node = entry.first;
    const auto key = key_node.IsScalar() ? key_node.Scalar() : describe(key_node);
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      source.fail_found(line_of(key_node), fmt::format("key \"{}\" in {}", key, what),
                        fmt::format("one of {}", fmt::join(keys, ", ")));
      return;
    }
    const auto same_key = [&](const auto& earlier) { return earlier.first == key; };
    if (std::any_of(entries_.begin(), entries_.end(), same_key)) {
      source.fail_found(line_of(key_node), fmt::format("key \"{}\" again in {}", key, what), "it once");
      return;
    }
    entries_.emplace_back(key, entry.second);
  }
}

std::optional<YAML::Node> Mapping::get(std::string_view key, Presence presence) const {
  for (const auto& [name, node] : entries_) {
    if (name == key) return node;
  }
  if (presence == Presence::kRequired && is_mapping_) {
    source_.fail_found(line_, fmt::format("{} without {}", what_, key), fmt::format("the key {}", key));
  }
  return std::nullopt;
}

void Mapping::read_text(std::string_view key, Presence presence, std::string& into) const {
  read(key, presence, any_text, into);
}

std::vector<YAML::Node> read_list(YamlSource& source, const YAML::Node& node, std::string_view what) {
  if (node.IsSequence()) return {node.begin(), node.end()};
  source.fail_found(line_of(node), fmt::format("{} as {}", describe(node), what), "a list");
  return {};
}

}  // namespace vipswitch::config
