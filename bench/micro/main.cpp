#include <benchmark/benchmark.h>

#include "bench/micro/ways.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  vipswitch::bench::start_eal_for_ways();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
