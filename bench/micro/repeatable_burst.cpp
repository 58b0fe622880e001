#include "bench/micro/repeatable_burst.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace vipswitch::bench {

RepeatableBurst::RepeatableBurst(WorkerState& worker, const PortRow& ingress, unsigned packets,
                                 std::vector<testing::Frame> frames)
    : worker_(worker), frames_(std::move(frames)) {
  batch_.ingress = &ingress;
  batch_.received_tsc = 1;
  batch_.count = packets;
  for (unsigned i = 0; i < packets; ++i) mbufs_.push_back(make_mbuf());
  sorted_.assign(mbufs_.begin(), mbufs_.end());
  std::sort(sorted_.begin(), sorted_.end());
  is_back_.resize(sorted_.size());
  fill();
}

RepeatableBurst::~RepeatableBurst() {
  for (rte_mbuf* mbuf : mbufs_) rte_pktmbuf_free(mbuf);
}

rte_mbuf* RepeatableBurst::make_mbuf() {
  rte_mbuf* mbuf = rte_pktmbuf_alloc(worker_.pool);
  if (mbuf == nullptr) throw std::runtime_error("no mbuf");
  return mbuf;
}

// Those that no lane has were dropped or consumed.
void RepeatableBurst::take_back_own() {
  std::fill(is_back_.begin(), is_back_.end(), false);
  while (PortLane* const lane = worker_.waiting_lanes.take()) {
    for (unsigned i = 0; i < lane->waiting_count; ++i) {
      const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), lane->waiting[i]);
      if (at != sorted_.end() && *at == lane->waiting[i]) {
        is_back_[static_cast<std::size_t>(at - sorted_.begin())] = true;
      } else {
        rte_pktmbuf_free(lane->waiting[i]);
      }
    }
    lane->forget_waiting();
  }
}

void RepeatableBurst::fill() {
  for (std::size_t i = 0; i < mbufs_.size(); ++i) {
    const testing::Frame& frame = frames_[next_frame_];
    if (++next_frame_ == frames_.size()) next_frame_ = 0;
    batch_.packets[i].mbuf = mbufs_[i];
    const auto size = static_cast<std::uint16_t>(frame.size());
    mbufs_[i]->data_len = size;
    mbufs_[i]->pkt_len = size;
    std::memcpy(rte_pktmbuf_mtod(mbufs_[i], void*), frame.data(), size);
  }
}

void RepeatableBurst::reset() {
  take_back_own();
  if (std::find(is_back_.begin(), is_back_.end(), false) != is_back_.end()) {
    for (rte_mbuf*& mbuf : mbufs_) {
      const auto at = std::lower_bound(sorted_.begin(), sorted_.end(), mbuf);
      if (!is_back_[static_cast<std::size_t>(at - sorted_.begin())]) mbuf = make_mbuf();
    }
    sorted_.assign(mbufs_.begin(), mbufs_.end());
    std::sort(sorted_.begin(), sorted_.end());
  }
  fill();
}

}  // namespace vipswitch::bench
