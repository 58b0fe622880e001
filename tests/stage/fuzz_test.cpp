// Frames that are nearly right, from every side at once. Under the sanitizers the point is that nothing is
// read or written that is not the frame's; beyond that, what must hold whatever comes in.

#include <algorithm>
#include <string>

#include "tests/stage/frame_seeds.h"
#include "tests/stage/random_frames.h"
#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;

constexpr std::size_t kL3 = 14;
const std::vector<Vm> kVms{kVm1, kVm2, kVm3, kDb1};

Ipv4 ipv4_source(const Frame& frame) {
  const std::size_t at = (frame[12] == 0x81 ? kL3 + 4 : kL3) + 12;
  return {frame[at], frame[at + 1], frame[at + 2], frame[at + 3]};
}

// Nothing of the tenants' addresses shows on the provider network.
void expect_is_of_the_switch(const Frame& frame) {
  EXPECT_TRUE(std::equal(frame.begin() + 6, frame.begin() + 12, W::kUplinkMac.bytes().begin()));
  const std::size_t type_at = frame[12] == 0x81 ? 16 : 12;
  if (frame[type_at] != 0x08 || frame[type_at + 1] != 0x00) return;
  EXPECT_THAT(ipv4_source(frame), ::testing::AnyOf(W::kFrontEip, W::kVm3Eip, W::kUplinkIp));
}

class Fuzz : public ShopTest {
 protected:
  void throw_at(std::string_view port, const std::vector<Frame>& seeds, unsigned count, std::uint64_t seed) {
    constexpr unsigned kBurst = 50;
    RandomFrames random(seed);
    for (unsigned done = 0; done < count; done += kBurst) {
      std::vector<Frame> burst;
      for (unsigned i = 0; i < kBurst; ++i) {
        Frame frame = random.mutated(random.one_of(seeds), random.one_of(seeds));
        if (!random.one_in(4)) repair_ipv4_checksum(frame);
        burst.push_back(std::move(frame));
      }
      for (const Sent& sent : inject(port, burst)) {
        if (sent.port == kUplink) expect_is_of_the_switch(sent.frame);
      }
      vswitch.advance_to(vswitch.now() + random.number(0, 100));
      ASSERT_TRUE(is_conserved()) << port << ", frames from " << done;
    }
  }
};

TEST_F(Fuzz, FramesOfVmsConserve) {
  for (std::size_t i = 0; i < kVms.size(); ++i) throw_at(kVms[i].port, seeds_of_vm(kVms[i]), 15'000, i);
}

TEST_F(Fuzz, FramesOfTheUplinkConserve) {
  elect(kVm1);
  throw_at(kUplink, seeds_of_uplink(), 40'000, 4);
}

}  // namespace
}  // namespace vipswitch::testing
