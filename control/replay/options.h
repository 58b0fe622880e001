#pragma once

// The command line of vipswitch-replay.

#include <optional>
#include <string>
#include <vector>

#include "control/replay/capture_replay.h"
#include "vipswitch/result.h"

namespace vipswitch::replay {

// How long the clock goes on behind the last frame.
inline constexpr TimeMs kDefaultAfterMs = 10'000;

struct Options {
  std::optional<std::string> config;
  std::vector<CaptureSource> captures;  // none: scripts are run
  bool json = false;
  std::optional<TimeMs> after_ms = std::nullopt;  // none: kDefaultAfterMs
  std::vector<std::string> scripts;
  bool help = false;
  bool version = false;
};

// Errors: usage.
Result<Options> parse_options(int argc, char** argv);

// What --help prints.
extern const char kHelp[];

}  // namespace vipswitch::replay
