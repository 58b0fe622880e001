#include "control/config/yaml_document.h"

#include <algorithm>
#include <cstddef>
#include <fmt/format.h>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <yaml.h>

namespace vipswitch::config {
namespace {

// Far beyond what any key takes. libyaml's time grows with the square of the depth.
constexpr std::size_t kMaxDepth = 100;

int line_of(const yaml_mark_t& mark) {
  return static_cast<int>(mark.line) + 1;
}

const char* characters(const yaml_char_t* bytes) {
  return reinterpret_cast<const char*>(bytes);
}

// Empty for a null pointer.
std::string_view text_of(const yaml_char_t* bytes) {
  return bytes == nullptr ? std::string_view() : characters(bytes);
}

// A plain scalar that stands for nothing (YAML 1.2 section 10.3.2).
bool is_null(const yaml_event_t& event) {
  const auto& scalar = event.data.scalar;
  if (scalar.style != YAML_PLAIN_SCALAR_STYLE || scalar.tag != nullptr) return false;
  const auto text = text_of(scalar.value);
  return text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL";
}

int last_line_of(std::string_view text) {
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return 1 + static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

// libyaml says what is wrong, what it was reading and where that begins. It puts the end of a text behind its
// last line.
YamlFault fault_of(const yaml_parser_t& parser, std::string_view text) {
  if (parser.problem == nullptr) return {1, "more than the memory holds"};
  const int last_line = last_line_of(text);
  const int line = std::min(line_of(parser.problem_mark), last_line);
  if (parser.context == nullptr) return {line, parser.problem};
  const int begin = std::min(line_of(parser.context_mark), last_line);
  const std::string_view context = parser.context;
  // Other readers take such a text as it is, ::/0 for one.
  if (context == "while parsing a flow node")
    return {line, "expected a text, a list or a mapping; what begins with ':' needs quotes here"};
  const auto since = begin == line ? std::string() : fmt::format(" from line {}", begin);
  return {line, fmt::format("{} {}{}", parser.problem, context, since)};
}

// The events of a text one by one.
class YamlEvents {
 public:
  explicit YamlEvents(std::string_view text) : text_(text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const yaml_char_t*>(text.data()), text.size());
  }
  ~YamlEvents() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  YamlEvents(const YamlEvents&) = delete;
  YamlEvents& operator=(const YamlEvents&) = delete;

  // Valid until the next call; null after a fault.
  const yaml_event_t* next() {
    yaml_event_delete(&event_);
    return yaml_parser_parse(&parser_, &event_) != 0 ? &event_ : nullptr;
  }
  YamlFault fault() const { return fault_of(parser_, text_); }

 private:
  std::string_view text_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

class TreeBuilder {
 public:
  TreeBuilder(std::pmr::memory_resource& memory, std::vector<YamlNode>& documents)
      : memory_(&memory), documents_(documents) {}

  std::optional<YamlFault> add(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT:
        add_scalar(event);
        break;
      case YAML_SEQUENCE_START_EVENT:
        return open(YamlNode::Kind::kList, event, event.data.sequence_start.anchor);
      case YAML_MAPPING_START_EVENT:
        return open(YamlNode::Kind::kMapping, event, event.data.mapping_start.anchor);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        close();
        break;
      case YAML_ALIAS_EVENT:
        return add_alias(event);
      case YAML_DOCUMENT_END_EVENT:
        documents_.push_back(nodes_.back());
        nodes_.clear();
        anchors_.clear();
        break;
      default:
        break;
    }
    return std::nullopt;
  }

 private:
  struct Open {
    YamlNode::Kind kind;
    int line;
    std::string anchor;       // empty: none
    std::size_t first_child;  // in nodes_
  };

  void add_node(const YamlNode& node, std::string_view anchor) {
    if (!anchor.empty()) anchors_.insert_or_assign(std::string(anchor), node);
    nodes_.push_back(node);
  }

  void add_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    const int line = line_of(event.start_mark);
    const std::string_view text(characters(scalar.value), scalar.length);
    add_node(is_null(event) ? YamlNode(line) : YamlNode(line, kept(text)), text_of(scalar.anchor));
  }

  std::string_view kept(std::string_view text) {
    auto* copy = memory_.allocate_object<char>(text.size());
    std::copy(text.begin(), text.end(), copy);
    return {copy, text.size()};
  }

  std::optional<YamlFault> open(YamlNode::Kind kind, const yaml_event_t& event, const yaml_char_t* anchor) {
    const int line = line_of(event.start_mark);
    if (open_.size() == kMaxDepth)
      return YamlFault{line, fmt::format("lists and mappings nested more than {} deep", kMaxDepth)};
    open_.push_back({kind, line, std::string(text_of(anchor)), nodes_.size()});
    return std::nullopt;
  }

  void close() {
    const Open closed = std::move(open_.back());
    open_.pop_back();
    const auto first = nodes_.begin() + static_cast<std::ptrdiff_t>(closed.first_child);
    const auto count = nodes_.size() - closed.first_child;
    auto* children = memory_.allocate_object<YamlNode>(count);
    std::uninitialized_copy(first, nodes_.end(), children);
    nodes_.erase(first, nodes_.end());
    add_node(YamlNode(closed.line, closed.kind, {children, count}), closed.anchor);
  }

  std::optional<YamlFault> add_alias(const yaml_event_t& event) {
    const auto name = text_of(event.data.alias.anchor);
    const auto named = anchors_.find(name);
    if (named == anchors_.end())
      return YamlFault{line_of(event.start_mark),
                       fmt::format("the anchor of alias *{} is not defined", name)};
    nodes_.push_back(named->second);
    return std::nullopt;
  }

  std::pmr::polymorphic_allocator<> memory_;
  std::vector<YamlNode>& documents_;
  std::vector<Open> open_;       // the lists and mappings that are being read, the outermost first
  std::vector<YamlNode> nodes_;  // their children so far, of all of them; or the document's node
  std::map<std::string, YamlNode, std::less<>> anchors_;  // of the document, without what is being read
};

}  // namespace

YamlText::YamlText(std::string_view text) {
  YamlEvents events(text);
  TreeBuilder builder(memory_, documents_);
  do {
    const yaml_event_t* event = events.next();
    fault_ = event != nullptr ? builder.add(*event) : events.fault();
    if (event != nullptr && event->type == YAML_STREAM_END_EVENT) return;
  } while (!fault_);
}

}  // namespace vipswitch::config
