#include "control/replay/capture_merge.h"

#include <utility>

namespace vipswitch::replay {

Result<CaptureMerge> CaptureMerge::open(const std::vector<std::string>& paths) {
  CaptureMerge merge;
  for (const std::string& path : paths) {
    auto reader = CaptureReader::open(path);
    if (!reader) return reader.error();
    auto head = reader.value()->next();
    if (!head) return head.error();
    merge.inputs_.push_back({std::move(reader).value(), std::move(head).value()});
  }
  return merge;
}

Result<std::optional<CaptureMerge::Next>> CaptureMerge::next() {
  Input* earliest = nullptr;
  for (Input& input : inputs_) {
    if (!input.head) continue;
    if (earliest == nullptr || input.head->at_unix_ns < earliest->head->at_unix_ns) earliest = &input;
  }
  if (earliest == nullptr) return std::optional<Next>();
  auto following = earliest->reader->next();
  if (!following) return following.error();
  Next next{static_cast<std::size_t>(earliest - inputs_.data()), std::move(*earliest->head)};
  earliest->head = std::move(following).value();
  return std::optional(std::move(next));
}

}  // namespace vipswitch::replay
