#include "control/event/decision_event.h"

#include <nlohmann/json.hpp>

#include "control/text/words.h"

namespace vipswitch {

nlohmann::ordered_json name_or_null(const std::string& name) {
  return name.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(name);
}

nlohmann::ordered_json to_fields(const Decision& decision) {
  return {{"from", name_or_null(decision.from)},
          {"to", name_or_null(decision.to)},
          {"trigger", to_word(decision.trigger)},
          {"rule", to_word(decision.rule)},
          {"evidence", to_word(decision.evidence)},
          {"priority", decision.priority},
          {"vrid", decision.vrid},
          {"sequence", decision.sequence},
          {"evidence_to_commit_us", static_cast<double>(decision.evidence_to_commit_ns) / 1000.0}};
}

}  // namespace vipswitch
