#pragma once

// The command line: `vipswitch [EAL options] -- [options]`, or `vipswitch [options]` alone.

#include <optional>
#include <string>
#include <vector>

#include "vipswitch/result.h"

namespace vipswitch {

struct Options {
  std::vector<std::string> eal;  // what stood before "--"
  bool interactive = false;
  std::optional<std::string> config;
  std::optional<std::string> check_config;  // a file to check instead of running
  std::optional<std::string> cmdline_file;
  std::optional<std::string> event_log;
  std::optional<std::string> state_dir;
  bool help = false;
  bool version = false;
};

// Errors: usage.
Result<Options> parse_options(int argc, char** argv);

// What --help prints.
extern const char kHelp[];

}  // namespace vipswitch
