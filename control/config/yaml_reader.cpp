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

std::string describe(const YamlNode& node) {
  if (node.is_scalar()) return fmt::format("\"{}\"", node.text());
  if (node.is_list()) return "a list";
  return node.is_mapping() ? "a mapping" : "nothing";
}

std::optional<std::string_view> read_scalar(YamlSource& source, const YamlNode& node, std::string_view what,
                                            std::string_view expected) {
  if (node.is_scalar()) return node.text();
  source.fail_found(node.line(), fmt::format("{} as {}", describe(node), what), expected);
  return std::nullopt;
}

text::Parsed<std::string> any_text(std::string_view text) {
  return std::string(text);
}

Mapping::Mapping(YamlSource& source, const YamlNode& node, std::string_view what,
                 std::initializer_list<std::string_view> keys)
    : source_(source), what_(what), node_(node) {
  if (!node.is_mapping()) {
    source.fail_found(node.line(), fmt::format("{} as {}", describe(node), what),
                      fmt::format("a mapping of {}", fmt::join(keys, ", ")));
    return;
  }
  const YamlNodes children = node.children();
  for (std::size_t i = 0; i < children.size(); i += 2) {
    const YamlNode& key_node = children[i];
    const std::string_view key = key_node.text();  // empty if it is no scalar
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
      source.fail_found(
          key_node.line(),
          fmt::format("key \"{}\" in {}", key_node.is_scalar() ? std::string(key) : describe(key_node), what),
          fmt::format("one of {}", fmt::join(keys, ", ")));
      return;
    }
    for (std::size_t earlier = 0; earlier < i; earlier += 2) {
      if (children[earlier].text() != key) continue;
      source.fail_found(key_node.line(), fmt::format("key \"{}\" again in {}", key, what), "it once");
      return;
    }
  }
}

const YamlNode* Mapping::get(std::string_view key, Presence presence) const {
  if (!node_.is_mapping()) return nullptr;
  const YamlNodes children = node_.children();
  for (std::size_t i = 0; i < children.size(); i += 2) {
    if (children[i].text() == key) return &children[i + 1];
  }
  if (presence == Presence::kRequired)
    source_.fail_found(node_.line(), fmt::format("{} without {}", what_, key),
                       fmt::format("the key {}", key));
  return nullptr;
}

void Mapping::read_text(std::string_view key, Presence presence, std::string& into) const {
  read(key, presence, any_text, into);
}

YamlNodes read_list(YamlSource& source, const YamlNode& node, std::string_view what) {
  if (node.is_list()) return node.children();
  source.fail_found(node.line(), fmt::format("{} as {}", describe(node), what), "a list");
  return {};
}

}  // namespace vipswitch::config
