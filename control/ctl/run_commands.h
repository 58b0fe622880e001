#pragma once

// vipswitch-ctl without a shell: one command, or the lines of a file, one after the other.

#include <string>

#include "control/ctl/switch_connection.h"

namespace vipswitch::ctl {

enum class OnFailure { kStop, kGoOn };

// Both print what the switch answers, output on standard output and messages on standard error, and return
// the exit status.
int run_command(SwitchConnection& connection, const std::string& line);
// `fd` is read as lines come; `name` stands for it in messages.
int run_lines(SwitchConnection& connection, int fd, const std::string& name, OnFailure on_failure);

}  // namespace vipswitch::ctl
