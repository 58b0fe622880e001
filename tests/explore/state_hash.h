#pragma once

#include <algorithm>
#include <cstdint>

#include "vipswitch/ids.h"
#include "vipswitch/time.h"

namespace vipswitch::owner {

// Of all that can matter for what comes, in a fixed order.
class StateHash {
 public:
  void add(std::int64_t value) noexcept {
    hash_ ^= static_cast<std::uint64_t>(value) + 0x9e3779b97f4a7c15u + (hash_ << 6) + (hash_ >> 2);
    hash_ *= 0xff51afd7ed558ccdu;
    hash_ ^= hash_ >> 33;
  }
  void add(PortId port) noexcept { add(port.is_valid() ? port.value() : std::int64_t{0}); }
  // Beyond `old` all ages are the same.
  void add_age(TimeMs age, TimeMs old) noexcept { add(std::min(age, old)); }

  std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0;
};

}  // namespace vipswitch::owner
