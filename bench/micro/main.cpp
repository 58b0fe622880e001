#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "bench/micro/cycles.h"
#include "bench/micro/ways.h"

int main(int argc, char** argv) {
  namespace bench = vipswitch::bench;
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bool has_hugepages = bench::start_eal_for_ways(true);
  benchmark::AddCustomContext("memory", has_hugepages ? "hugepages" : "ordinary pages");
  benchmark::AddCustomContext("core cycles to one of the TSC",
                              fmt::format("{:.2f}", bench::core_cycles_in_tsc_cycle()));
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
