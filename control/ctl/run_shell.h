#pragma once

// vipswitch-ctl on a terminal: its keys go to a shell in the switch, whose output comes back.

#include "control/ctl/switch_connection.h"

namespace vipswitch::ctl {

// Until the session or standard input ends. The terminal is put back as it was, also where a signal ends the
// program. Returns the exit status.
int run_shell(SwitchConnection& connection);

}  // namespace vipswitch::ctl
