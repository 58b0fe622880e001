#pragma once

// Objects as the commands that make them: what every `X show` prints, so that its output can be entered
// again.

#include <string>

#include "control/model/objects.h"

namespace vipswitch::shell {

// One or more lines, each ended by a newline. A HAVIP's and an EIP's bindings are commands of their own.
std::string to_commands(const model::Uplink& uplink);
std::string to_commands(const model::Vpc& vpc);
std::string to_commands(const model::Subnet& subnet);
std::string to_commands(const model::Port& port);
std::string to_commands(const model::Havip& havip);
std::string to_commands(const model::Eip& eip);
std::string to_commands(const model::Route& route);

// Everything, in an order in which it can be entered.
std::string to_commands(const model::Objects& objects);

}  // namespace vipswitch::shell
