#pragma once

// A replay's report for people and as JSON (docs/json.md).

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "control/replay/capture_replay.h"

namespace vipswitch::replay {

// A line a decision, then what stands at the end, and what was counted if it was.
std::string to_text(const ReplayReport& report);
nlohmann::ordered_json to_json(const ReplayReport& report);

}  // namespace vipswitch::replay
