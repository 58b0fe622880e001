#pragma once

// A network namespace of a test's own, and the commands that furnish it.

#include <string>
#include <vector>

namespace vipswitch::testing {

// Moves the calling thread, and those that it starts from now on, into a new network namespace with loopback
// up where no kernel speaks IPv6 of itself; it goes with its last thread. Returns why it cannot, if so, else
// "".
std::string enter_private_network();

// Runs a program found in PATH, in the calling thread's namespace; whether it succeeded.
bool run_command(const std::vector<std::string>& command);

}  // namespace vipswitch::testing
