// Data from a HAVIP whose owner nobody knows hints at it (owner learning 2.4); otherwise data costs the
// election nothing.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::SizeIs;
using W = ShopWorld;
using W6 = ShopWorld6;

class DataHint : public Shop6Test {
 protected:
  std::uint64_t weak() { return vswitch.learned(LearnCounter::weak); }
};

TEST_F(DataHint, FirstPacketElectsItsSenderAndLeavesByTheEip) {
  EXPECT_THAT(inject(kVm2, datagram(kVm2, W::kFront, W::kClient)), SizeIs(1));
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
  EXPECT_EQ(vswitch.control().decisions().last_of(slot("front"))->evidence, EvidenceClass::kWeak);
}

TEST_F(DataHint, InsideTheVpcToo) {
  inject(kVm2, datagram(kVm2, W::kFront, kVm3.ip, kVm3.mac));
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

TEST_F(DataHint, OfIpv6) {
  inject(kVm2, datagram6(kVm2, W6::kFront, W6::kVm3Ip, kVm3.mac));
  EXPECT_EQ(owner6(), kVm2.port);
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(DataHint, OnlyTheFirstIsLookedAt) {
  for (int i = 0; i < 3; ++i) inject(kVm2, datagram(kVm2, W::kFront, W::kClient));
  EXPECT_EQ(weak(), 1u);
}

TEST_F(DataHint, NothingIsLookedAtWhileSomebodyOwnsTheAddress) {
  elect(kVm1);
  inject(kVm2, datagram(kVm2, W::kFront, kVm3.ip, kVm3.mac));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(weak(), 0u);
}

// A crashed daemon's guest goes on sending.
TEST_F(DataHint, ReleasedAddressIsNotTakenByData) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, 0));
  inject(kVm1, datagram(kVm1, W::kFront, kVm3.ip, kVm3.mac));
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_EQ(weak(), 0u);
}

TEST_F(DataHint, PortsOwnAddressHintsAtNothing) {
  inject(kVm2, datagram(kVm2, kVm2.ip, kVm3.ip, kVm3.mac));
  EXPECT_EQ(weak(), 0u);
}

TEST_F(DataHint, UnboundPortsDataIsDropped) {
  expect_drop(DropReason::claim_unbound, kVm3, datagram(kVm3, W::kFront, kVm1.ip, kVm1.mac));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(DataHint, LearningThatIsOffIsNotWokenByData) {
  ASSERT_TRUE(vswitch.service().set_havip_learn("front", LearnMode::kOff));
  vswitch.settle();
  inject(kVm2, datagram(kVm2, W::kFront, kVm3.ip, kVm3.mac));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port) << "bound first";
}

}  // namespace
}  // namespace vipswitch::testing
