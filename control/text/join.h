#pragma once

// Names as a sentence lists them: `vm1-eth0, vm2-eth0 and vm3-eth0`.

#include <span>
#include <string>

namespace vipswitch::text {

inline std::string join(std::span<const std::string> names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

}  // namespace vipswitch::text
