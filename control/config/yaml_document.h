#pragma once

// A YAML text as a tree of small nodes, read with the event parser of libyaml.
//
// What the text says and no more: the keys of a mapping in their order, repeated ones too, scalars as text
// without their tags. Nodes and their texts lie together in memory that is freed at once: one by one, they
// take longer to make and free than the text takes to scan, which counts in a file of 100,000 objects.
// Errors: a fault with its line, also for nesting that no reader asks for. Cost: O(n), some 25 ns a byte.

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vipswitch::config {

class YamlNode;
using YamlNodes = std::span<const YamlNode>;

// A small value; text and children belong to the YamlText.
class YamlNode {
 public:
  enum class Kind : std::uint8_t { kNothing, kScalar, kList, kMapping };

  explicit YamlNode(int line) : text_(nullptr), size_(0), line_(line), kind_(Kind::kNothing) {}
  YamlNode(int line, std::string_view text)
      : text_(text.data()), size_(text.size()), line_(line), kind_(Kind::kScalar) {}
  // A list or a mapping.
  YamlNode(int line, Kind kind, YamlNodes children)
      : children_(children.data()), size_(children.size()), line_(line), kind_(kind) {}

  bool is_nothing() const noexcept { return kind_ == Kind::kNothing; }
  bool is_scalar() const noexcept { return kind_ == Kind::kScalar; }
  bool is_list() const noexcept { return kind_ == Kind::kList; }
  bool is_mapping() const noexcept { return kind_ == Kind::kMapping; }
  int line() const noexcept { return line_; }  // from 1

  // Empty if it is no scalar.
  std::string_view text() const noexcept {
    return is_scalar() ? std::string_view(text_, size_) : std::string_view();
  }
  // Of a list; of a mapping keys and values in turn. Empty for others.
  YamlNodes children() const noexcept {
    return is_list() || is_mapping() ? YamlNodes(children_, size_) : YamlNodes();
  }

 private:
  union {
    const char* text_;
    const YamlNode* children_;
  };
  std::size_t size_;
  int line_;
  Kind kind_;
};

// Where a text ceases to be YAML.
struct YamlFault {
  int line;  // from 1
  std::string complaint;
};

// Owns the nodes of all its documents.
class YamlText {
 public:
  explicit YamlText(std::string_view text);
  YamlText(const YamlText&) = delete;
  YamlText& operator=(const YamlText&) = delete;

  const std::optional<YamlFault>& fault() const noexcept { return fault_; }
  // Those before the fault.
  YamlNodes documents() const noexcept { return documents_; }

 private:
  std::pmr::monotonic_buffer_resource memory_;
  std::vector<YamlNode> documents_;
  std::optional<YamlFault> fault_;
};

}  // namespace vipswitch::config
