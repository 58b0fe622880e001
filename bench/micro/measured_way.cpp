#include "bench/micro/measured_way.h"

#include <cstdint>
#include <cstring>

#include "dataplane/pipeline.h"

namespace vipswitch::bench {
namespace {

std::uint64_t touch(RepeatableBurst& burst) {
  std::uint64_t sum = 0;
  for (const rte_mbuf* mbuf : burst.mbufs()) {
    std::uint64_t word;
    std::memcpy(&word, rte_pktmbuf_mtod(mbuf, const void*), sizeof word);
    sum += word + mbuf->data_len;
  }
  return sum;
}

}  // namespace

void MeasuredWay::run_burst(CycleSamples& samples) {
  way_.before_burst();
  floor_.measure([&] { touched_ += touch(way_.burst(next_ + way_.bursts() / 2)); });
  RepeatableBurst& burst = way_.burst(next_++);
  samples.measure([&] { run_pipeline(way_.worker(), burst.batch()); });
  burst.reset();
}

}  // namespace vipswitch::bench
