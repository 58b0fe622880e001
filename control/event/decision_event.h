#pragma once

// A decision of an election as the fields of an event.

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "control/runtime/runtime_view.h"

namespace vipswitch {

// from, to, trigger, rule, evidence, priority, vrid, sequence, evidence_to_commit_us.
nlohmann::ordered_json to_fields(const Decision& decision);

// null for an empty name: nobody.
nlohmann::ordered_json name_or_null(const std::string& name);

}  // namespace vipswitch
