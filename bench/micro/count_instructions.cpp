// count-instructions WAY PACKETS BURSTS, under valgrind --tool=callgrind --toggle-collect=measured_burst:
// runs so many bursts of so many packets of one way through the pipeline, after each burst of the way has
// been run once unmeasured, and prints how many packets were measured. --list prints the ways, a line each,
// with "large" behind those whose worlds are.

#include <cstdlib>
#include <cstring>
#include <fmt/format.h>

#include "bench/micro/ways.h"
#include "dataplane/pipeline.h"

using namespace vipswitch;

// What is counted; by name.
extern "C" [[gnu::noinline]] void measured_burst(WorkerState& worker, Batch& batch) {
  run_pipeline(worker, batch);
}

namespace {

void list() {
  for (const bench::WayEntry& way : bench::all_ways())
    fmt::print("{}{}\n", way.id, way.is_large ? " large" : "");
}

void run(bench::Way& way, std::size_t bursts) {
  for (std::size_t i = 0; i < way.bursts(); ++i) {
    way.before_burst();
    run_pipeline(way.worker(), way.burst(i).batch());
    way.burst(i).reset();
  }
  for (std::size_t i = 0; i < bursts; ++i) {
    way.before_burst();
    measured_burst(way.worker(), way.burst(i).batch());
    way.burst(i).reset();
  }
  fmt::print("{}\n", bursts * way.packets());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) return list(), 0;
  const bench::WayEntry* entry = argc == 4 ? bench::find_way(argv[1]) : nullptr;
  if (entry == nullptr) {
    fmt::print(stderr, "usage: count-instructions WAY PACKETS BURSTS | --list\n");
    return 2;
  }
  bench::start_eal_for_ways();
  const auto way = entry->make(static_cast<unsigned>(std::atoi(argv[2])));
  run(*way, static_cast<std::size_t>(std::atoi(argv[3])));
}
