// vipswitch: the data plane of a virtual switch. Reads the command line; everything else is in
// control/process.

#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <malloc.h>
#include <string>

#include "control/config/config.h"
#include "control/config/config_writer.h"
#include "control/process/event_loop.h"
#include "control/process/options.h"
#include "control/process/switch_process.h"
#include "version.h"

namespace {

int fail(const vipswitch::Error& error) {
  fmt::print(stderr, "vipswitch: error: {}\n", error.message);
  return 1;
}

// Without DPDK: only the file is looked at.
int check_config(const std::string& path) {
  const auto config = vipswitch::load_config(path);
  if (!config) return fail(config.error());
  if (const auto checked = vipswitch::check_capacities(config.value(), path); !checked)
    return fail(checked.error());
  fmt::print("{}: ok, {}\n", path, vipswitch::count_objects(config.value().objects));
  return 0;
}

// Where each thread has an arena of its own, that of the thread that reads the objects grows page by page,
// each time waiting until EAL beside it has cleared the hugepages it maps; and what it frees serves no other
// thread. Workers allocate nothing. The thresholds are what glibc would come to by itself, which it does not
// where growth is set.
void share_heap() {
  constexpr int kGrowthBytes = 16 << 20, kMappedBytes = 32 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, kGrowthBytes);
  mallopt(M_MMAP_THRESHOLD, kMappedBytes);
  mallopt(M_TRIM_THRESHOLD, 2 * kMappedBytes);
}

}  // namespace

int main(int argc, char** argv) {
  share_heap();
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
  if (options.value().check_config) return check_config(*options.value().check_config);
  std::signal(SIGPIPE, SIG_IGN);
  vipswitch::EventLoop loop;
  auto process = vipswitch::SwitchProcess::start(options.value(), loop);
  if (!process) return fail(process.error());
  const auto ended = process.value()->run();
  return ended ? 0 : fail(ended.error());
}
