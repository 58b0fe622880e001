#pragma once

// A state of the prober as far as it can matter for what comes, with ages instead of times.

#include "dataplane/owner/prober.h"
#include "tests/explore/state_hash.h"

namespace vipswitch::owner {

class ProberView {
 public:
  static void add(StateHash& hash, const Prober& prober, TimeMs now) noexcept {
    hash.add(static_cast<int>(prober.doubt_));
    hash.add(PortId(prober.owner_));
    hash.add(static_cast<int>(prober.phase_));
    hash.add(prober.due_ == Election::kNever ? -1 : prober.due_ - now);
    hash.add(prober.unanswered_since_ < 0);
    hash.add_age(now - prober.unanswered_since_, kUnansweredOldMs);
    if (prober.phase_ == Prober::Phase::kAskingOwner) hash.add(prober.questions_);
    if (prober.phase_ == Prober::Phase::kCollecting) {
      hash.add(PortId(prober.best_));
      hash.add(prober.best_is_virtual_ | prober.is_contested_ << 1);
    }
    hash.add(prober.rounds_ << 16 | prober.up_ << 8 | prober.is_put_off_);
  }

 private:
  static constexpr TimeMs kUnansweredOldMs = 30'000;
};

}  // namespace vipswitch::owner
