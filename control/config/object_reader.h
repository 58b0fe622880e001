#pragma once

// The keys of the configuration file that become Objects. Names stand for themselves here: what they refer to
// and every rule between objects is the model's affair.

#include <string_view>

#include "control/config/yaml_reader.h"
#include "control/model/objects.h"

namespace vipswitch::config {

model::Objects read_objects(const Mapping& root);

// Where an object of these stands, for messages about rules; `kind` and `name` as in model::Violation. Reads
// the objects before it again: only the first error asks.
int find_line(const Mapping& root, std::string_view kind, std::string_view name);

}  // namespace vipswitch::config
