#pragma once

// A switch with many EIPs, each mapped to a HAVIP that one of 64 ports owns, and bursts of frames for it that
// can be sent again and again.

#include <cstdint>
#include <vector>

#include "dataplane/batch.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {

class NatWorld {
 public:
  static constexpr unsigned kPorts = 64;

  // eip_count at most 64 * 16, what the ports may hold.
  explicit NatWorld(unsigned eip_count);

  testing::InProcessSwitch& vswitch() noexcept { return vswitch_; }

  // A 60-byte UDP frame from the internet to EIP i, and one from its owner to the internet.
  testing::Frame frame_in(unsigned eip) const;
  testing::Frame frame_out(unsigned eip) const;
  static std::string port_of(unsigned eip);
  static constexpr unsigned kEipsOfPort = kMaxPortHavips;

 private:
  testing::InProcessSwitch vswitch_;
};

// A burst whose packets are put back to what they were before each run; the mbufs stay the same.
class RepeatableBurst {
 public:
  RepeatableBurst(testing::InProcessSwitch& vswitch, std::string_view port,
                  std::vector<testing::Frame> frames);
  ~RepeatableBurst();
  RepeatableBurst(const RepeatableBurst&) = delete;
  RepeatableBurst& operator=(const RepeatableBurst&) = delete;

  Batch& batch() noexcept { return batch_; }
  // The frames as they were, and empty lanes.
  void reset();

 private:
  testing::InProcessSwitch& vswitch_;
  std::vector<testing::Frame> frames_;
  std::vector<rte_mbuf*> mbufs_;
  Batch batch_;
};

}  // namespace vipswitch::bench
