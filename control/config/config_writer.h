#pragma once

// Settings and objects -> the text of a configuration file, in the order and spelling of docs/example.yaml:
// one object a line. What has its default is left out. What is written reads back to the same state
// (parse_config). Cost: O(n).

#include <string>

#include "control/config/settings.h"
#include "control/model/objects.h"

namespace vipswitch {

std::string write_config(const Settings& settings, const model::Objects& objects);

// What a configuration holds, for people: "an uplink, 1 VPC, 1 subnet, 2 ports, 1 HAVIP, 1 EIP"; kinds that
// are missing are left out, "no objects" where all are.
std::string count_objects(const model::Objects& objects);

}  // namespace vipswitch
