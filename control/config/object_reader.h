#pragma once

// The keys of the configuration file that become Objects. Names stand for themselves here: what they refer to
// and every rule between objects is the model's affair.

#include <map>
#include <string>
#include <utility>

#include "control/config/yaml_reader.h"
#include "control/model/objects.h"

namespace vipswitch::config {

// Where each object stands, by kind ("vpc", "subnet", ..., "uplink") and name, for messages about rules.
using ObjectLines = std::map<std::pair<std::string, std::string>, int>;

model::Objects read_objects(const Mapping& root, ObjectLines& lines);

}  // namespace vipswitch::config
