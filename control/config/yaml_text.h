#pragma once

// Whether bytes are a text that YAML allows: UTF-8 (RFC 3629) without control characters other than tab and
// line ends (YAML 1.2 section 5.1). Checked before the parser sees them, which does not tell the line.

#include <optional>
#include <string>
#include <string_view>

namespace vipswitch::config {

struct TextFault {
  int line;           // from 1
  std::string found;  // continues "found "
};

// The first fault.
std::optional<TextFault> find_text_fault(std::string_view text);

}  // namespace vipswitch::config
