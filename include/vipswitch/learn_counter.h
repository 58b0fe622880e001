#pragma once

// Counters of the snoop stage and of the election, from one table (learn_counters.def).

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vipswitch {

enum class LearnCounter : std::uint8_t {
#define LEARN_COUNTER(name, help) name,
#include "vipswitch/learn_counters.def"
#undef LEARN_COUNTER
};

struct LearnCounterInfo {
  std::string_view name;
  std::string_view help;
};

inline constexpr LearnCounterInfo kLearnCounters[] = {
#define LEARN_COUNTER(name, help) {#name, help},
#include "vipswitch/learn_counters.def"
#undef LEARN_COUNTER
};

inline constexpr std::size_t kLearnCounterCount = sizeof(kLearnCounters) / sizeof(kLearnCounters[0]);

constexpr const LearnCounterInfo& info(LearnCounter counter) noexcept {
  return kLearnCounters[static_cast<std::size_t>(counter)];
}

}  // namespace vipswitch
