#pragma once

// The table of contents of the shell: each topic's commands stand in a file of their own,
// <topic>_commands.cpp, with grammar, help and handlers together.

#include <vector>

#include "control/shell/command.h"

namespace vipswitch::shell {

std::vector<Command> account_commands();
std::vector<Command> advice_commands();
std::vector<Command> observe_commands();
std::vector<Command> trace_commands();
std::vector<Command> uplink_commands();
std::vector<Command> vpc_commands();
std::vector<Command> subnet_commands();
std::vector<Command> port_commands();
std::vector<Command> havip_commands();
std::vector<Command> membership_commands();
std::vector<Command> eip_commands();
std::vector<Command> route_commands();
std::vector<Command> event_commands();
std::vector<Command> show_commands();
std::vector<Command> config_commands();
std::vector<Command> switch_commands();

inline constexpr std::vector<Command> (*kTopics[])() = {
    uplink_commands, vpc_commands,     subnet_commands, port_commands,   havip_commands,  membership_commands,
    eip_commands,    route_commands,   event_commands,  show_commands,   advice_commands, account_commands,
    trace_commands,  observe_commands, config_commands, switch_commands,
};

}  // namespace vipswitch::shell
