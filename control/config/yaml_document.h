#pragma once

// A YAML text as a tree of small nodes, read with the scanner of yaml-cpp: its own nodes take five times the
// memory and as long to make and free as the text takes to scan, which counts in a file of 100,000 objects.
//
// What the text says and no more: the keys of a mapping in their order, repeated ones too, scalars as text
// without their tags. Errors: YAML::Exception, as yaml-cpp throws it.

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace vipswitch::config {

class YamlNode;
using YamlNodes = std::vector<std::reference_wrapper<const YamlNode>>;

class YamlNode {
 public:
  enum class Kind : std::uint8_t { kNothing, kScalar, kList, kMapping };

  YamlNode(Kind kind, int line, std::string text = {}) : text_(std::move(text)), line_(line), kind_(kind) {}

  bool is_nothing() const noexcept { return kind_ == Kind::kNothing; }
  bool is_scalar() const noexcept { return kind_ == Kind::kScalar; }
  bool is_list() const noexcept { return kind_ == Kind::kList; }
  bool is_mapping() const noexcept { return kind_ == Kind::kMapping; }
  int line() const noexcept { return line_; }                 // from 1
  const std::string& text() const noexcept { return text_; }  // of a scalar
  // Of a list; of a mapping keys and values in turn.
  const YamlNodes& children() const noexcept { return children_; }

 private:
  friend class YamlTreeBuilder;

  std::string text_;
  YamlNodes children_;
  int line_;
  Kind kind_;
};

// Owns the nodes of all its documents.
class YamlText {
 public:
  explicit YamlText(const std::string& text);
  YamlText(const YamlText&) = delete;
  YamlText& operator=(const YamlText&) = delete;

  const YamlNodes& documents() const noexcept { return documents_; }

 private:
  std::deque<YamlNode> nodes_;
  YamlNodes documents_;
};

}  // namespace vipswitch::config
