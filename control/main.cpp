// vipswitch: the data plane of a virtual switch. Reads the command line; everything else is in
// control/process.

#include <csignal>
#include <cstdio>
#include <fmt/format.h>

#include "control/process/event_loop.h"
#include "control/process/options.h"
#include "control/process/switch_process.h"
#include "version.h"

namespace {

int fail(const vipswitch::Error& error) {
  fmt::print(stderr, "vipswitch: error: {}\n", error.message);
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = vipswitch::parse_options(argc, argv);
  if (!options) return fail(options.error());
  if (options.value().help) {
    std::fputs(vipswitch::kHelp, stdout);
    return 0;
  }
  if (options.value().version) {
    fmt::print("vipswitch {}\n", vipswitch::kVersion);
    return 0;
  }
  std::signal(SIGPIPE, SIG_IGN);
  vipswitch::EventLoop loop;
  auto process = vipswitch::SwitchProcess::start(options.value(), loop);
  if (!process) return fail(process.error());
  const auto ended = process.value()->run();
  return ended ? 0 : fail(ended.error());
}
