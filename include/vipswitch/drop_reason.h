#pragma once

// The named reasons for which a packet is dropped, from one table (drop_reasons.def).

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vipswitch {

enum class DropReason : std::uint8_t {
#define DROP_REASON(name, stage, help) name,
#include "vipswitch/drop_reasons.def"
#undef DROP_REASON
};

struct DropReasonInfo {
  std::string_view name;
  std::string_view stage;
  std::string_view help;
};

inline constexpr DropReasonInfo kDropReasons[] = {
#define DROP_REASON(name, stage, help) {#name, #stage, help},
#include "vipswitch/drop_reasons.def"
#undef DROP_REASON
};

inline constexpr std::size_t kDropReasonCount = sizeof(kDropReasons) / sizeof(kDropReasons[0]);
static_assert(kDropReasonCount < 250);

constexpr const DropReasonInfo& info(DropReason reason) noexcept {
  return kDropReasons[static_cast<std::size_t>(reason)];
}

}  // namespace vipswitch
