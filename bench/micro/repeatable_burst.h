#pragma once

// A burst whose packets are put back to what they were before each run; the mbufs stay the same.

#include <vector>

#include "dataplane/batch.h"
#include "dataplane/worker_state.h"
#include "tests/support/frame.h"

namespace vipswitch::bench {

class RepeatableBurst {
 public:
  RepeatableBurst(WorkerState& worker, const PortRow& ingress, std::vector<testing::Frame> frames);
  ~RepeatableBurst();
  RepeatableBurst(const RepeatableBurst&) = delete;
  RepeatableBurst& operator=(const RepeatableBurst&) = delete;

  Batch& batch() noexcept { return batch_; }
  unsigned size() const noexcept { return static_cast<unsigned>(mbufs_.size()); }
  const std::vector<rte_mbuf*>& mbufs() const noexcept { return mbufs_; }
  // To be called after each run: the frames as they were, and empty lanes. Packets that the pipeline made are
  // freed, those that it freed are made anew.
  void reset();

 private:
  rte_mbuf* make_mbuf();
  void take_back_own();
  void put_frames_back();

  WorkerState& worker_;
  std::vector<testing::Frame> frames_;
  std::vector<rte_mbuf*> mbufs_;         // in the order of the frames
  std::vector<const rte_mbuf*> sorted_;  // the same
  std::vector<bool> is_back_;            // by place in `sorted_`: a lane had it
  Batch batch_;
};

}  // namespace vipswitch::bench
