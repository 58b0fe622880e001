#pragma once

// Cycles of a way's bursts, and in alternation of their floor, which no switch can do without: a look at each
// mbuf and the first line of its frame, of a burst that was used as long ago as the one that is run.

#include <cstddef>

#include "bench/micro/cycles.h"
#include "bench/micro/ways.h"

namespace vipswitch::bench {

class MeasuredWay {
 public:
  explicit MeasuredWay(Way& way) : way_(way) {}

  void run_burst() { run_burst(cycles_); }
  void run_burst(CycleSamples& samples);  // its cycles go there
  CycleSamples& cycles() noexcept { return cycles_; }
  CycleSamples& floor() noexcept { return floor_; }

 private:
  Way& way_;
  CycleSamples cycles_, floor_;
  std::size_t next_ = 0;
  std::uint64_t touched_ = 0;  // what was looked at, so that it is
};

}  // namespace vipswitch::bench
