#pragma once

// Judges the tables by the model alone: every row, key and member that the model implies must be there as it
// says, and nothing else. Shares no code with the publisher.

#include <string>
#include <vector>

#include "control/model/objects.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::testing {

// What is wrong, a line each. The worker must have handled its messages.
std::vector<std::string> audit(InProcessSwitch& vswitch);

// Every table is empty and every place in it is free again.
std::vector<std::string> audit_empty(InProcessSwitch& vswitch);

}  // namespace vipswitch::testing
