#pragma once

// The command line of vipswitch-ctl.

#include <optional>
#include <string>
#include <vector>

#include "vipswitch/result.h"

namespace vipswitch::ctl {

struct CtlOptions {
  std::string socket;  // path of the control socket
  std::optional<std::string> file;
  bool keep_going = false;
  bool help = false;
  bool version = false;
  std::optional<std::string> command;  // the words behind the options, as a line of the shell
};

// `environment_socket` is the value of VIPSWITCH_SOCKET, null if it is not set. Errors: usage.
Result<CtlOptions> parse_ctl_options(int argc, char** argv, const char* environment_socket);

// What --help prints.
extern const char kCtlHelp[];

}  // namespace vipswitch::ctl
