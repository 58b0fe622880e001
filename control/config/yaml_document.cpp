#include "control/config/yaml_document.h"

#include <map>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace vipswitch::config {

// Of one document.
class YamlTreeBuilder final : public YAML::EventHandler {
 public:
  explicit YamlTreeBuilder(std::deque<YamlNode>& nodes) : nodes_(nodes) {}

  const YamlNode* root() const noexcept { return root_; }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(YamlNode::Kind::kNothing, mark, anchor);
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override { put(*anchors_.at(anchor)); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                const std::string& text) override {
    add(YamlNode::Kind::kScalar, mark, anchor, text);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open_.push_back(&add(YamlNode::Kind::kList, mark, anchor));
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open_.push_back(&add(YamlNode::Kind::kMapping, mark, anchor));
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  YamlNode& add(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor,
                const std::string& text = {}) {
    YamlNode& node = nodes_.emplace_back(kind, mark.line + 1, text);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = &node;
    put(node);
    return node;
  }
  void put(const YamlNode& node) {
    if (open_.empty()) {
      root_ = &node;
    } else {
      open_.back()->children_.push_back(node);
    }
  }

  std::deque<YamlNode>& nodes_;
  const YamlNode* root_ = nullptr;
  std::vector<YamlNode*> open_;  // the lists and mappings that are being read, the outermost first
  std::map<YAML::anchor_t, const YamlNode*> anchors_;
};

YamlText::YamlText(const std::string& text) {
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  for (;;) {
    YamlTreeBuilder builder(nodes_);
    if (!parser.HandleNextDocument(builder)) return;
    if (builder.root() != nullptr) documents_.push_back(*builder.root());
  }
}

}  // namespace vipswitch::config
