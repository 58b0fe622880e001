#include <benchmark/benchmark.h>

#include "bench/micro/ways.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const bool has_hugepages = vipswitch::bench::start_eal_for_ways(true);
  benchmark::AddCustomContext("memory", has_hugepages ? "hugepages" : "ordinary pages");
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
