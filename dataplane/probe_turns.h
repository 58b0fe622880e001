#pragma once

// Shares out the switch's own questions of one worker: at most kPerMs rounds a millisecond, so that many
// HAVIPs that are in doubt at once, as after a start, neither hold the worker up nor empty its packet pool.
// Each round gets its turn once, in the order of asking.

#include "vipswitch/time.h"

namespace vipswitch {

class ProbeTurns {
 public:
  static constexpr unsigned kPerMs = 10;

  // When it is the asker's turn: `now`, or later.
  TimeMs take(TimeMs now) noexcept {
    if (at_ms_ < now) {
      at_ms_ = now;
      taken_ = 0;
    } else if (taken_ == kPerMs) {
      ++at_ms_;
      taken_ = 0;
    }
    ++taken_;
    return at_ms_;
  }

 private:
  TimeMs at_ms_ = -1;
  unsigned taken_ = 0;
};

}  // namespace vipswitch
