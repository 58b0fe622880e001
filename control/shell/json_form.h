#pragma once

// The JSON forms of what `show` prints: fields named like the members of control/model/objects.h and
// control/runtime/runtime_view.h and in their order; addresses and enumerations as their words, null for what
// is missing (an owner, a target). Additional fields say so.

#include <string>

#include <nlohmann/json.hpp>

#include "control/model/objects.h"
#include "control/runtime/runtime_view.h"

namespace vipswitch::shell {

using Json = nlohmann::ordered_json;

Json to_json(const model::Uplink& uplink);
Json to_json(const model::Vpc& vpc);
Json to_json(const model::Subnet& subnet);
Json to_json(const model::Port& port);
Json to_json(const model::Havip& havip);
Json to_json(const model::Eip& eip);
Json to_json(const model::Route& route);

Json to_json(const PortStatus& port);
// With "conserved", see WorkerStatus::conserved().
Json to_json(const UplinkStatus& uplink);
Json to_json(const WorkerStatus& worker);
Json to_json(const NeighbourStatus& neighbour);
Json to_json(const TableStatus& table);
Json to_json(const std::vector<TraceStep>& steps);
// The same for people: a line a stage, what it says indented.
std::string tell_steps(const std::vector<TraceStep>& steps);

// As it is printed: indented, one document, with a newline at the end.
std::string to_text(const Json& json);

}  // namespace vipswitch::shell
