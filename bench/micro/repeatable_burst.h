#pragma once

// A burst that can be run again and again: before each run its packets are filled anew with frames, one after
// the other of a list that may be longer than the burst. The mbufs stay the same.

#include <vector>

#include "dataplane/batch.h"
#include "dataplane/worker_state.h"
#include "tests/support/frame.h"

namespace vipswitch::bench {

class RepeatableBurst {
 public:
  RepeatableBurst(WorkerState& worker, const PortRow& ingress, unsigned packets,
                  std::vector<testing::Frame> frames);
  ~RepeatableBurst();
  RepeatableBurst(const RepeatableBurst&) = delete;
  RepeatableBurst& operator=(const RepeatableBurst&) = delete;

  Batch& batch() noexcept { return batch_; }
  // The port that the next frames come from.
  void set_ingress(const PortRow& ingress) noexcept { batch_.ingress = &ingress; }
  const std::vector<rte_mbuf*>& mbufs() const noexcept { return mbufs_; }
  // To be called after each run: the next frames, and empty lanes. Packets that the pipeline made are freed,
  // those that it freed are made anew.
  void reset();

 private:
  rte_mbuf* make_mbuf();
  void take_back_own();
  void fill();

  WorkerState& worker_;
  std::vector<testing::Frame> frames_;
  std::size_t next_frame_ = 0;
  std::vector<rte_mbuf*> mbufs_;         // in the order of the batch
  std::vector<const rte_mbuf*> sorted_;  // the same
  std::vector<bool> is_back_;            // by place in `sorted_`: a lane had it
  Batch batch_;
};

}  // namespace vipswitch::bench
