// One bound port sends claims as fast as it can, in full bursts: what it does to the others' (owner learning
// 4, case 32).

#include <algorithm>

#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using W = ShopWorld;

constexpr std::size_t kBurst = 64;
constexpr int kBursts = 200;  // 12,800 claims without a millisecond between them

class Flood : public ShopTest {
 protected:
  void announce_as_fast_as_possible(const Vm& vm, int bursts = kBursts) {
    const std::vector<Frame> burst(kBurst, announcement(vm));
    for (int i = 0; i < bursts; ++i) inject(vm, burst);
  }
  // Each is news, so that the rate of claims is used up.
  void advert_as_fast_as_possible(const Vm& vm, int bursts = kBursts) {
    std::vector<Frame> burst;
    for (std::size_t i = 0; i < kBurst; ++i)
      burst.push_back(advert(vm, static_cast<std::uint8_t>(100 + i % 2)));
    for (int i = 0; i < bursts; ++i) inject(vm, burst);
  }
  void fill_event_ring() {
    Event of_no_havip{};
    of_no_havip.kind = EventKind::kOwnerChanged;
    while (vswitch.worker().emit(of_no_havip)) {
    }
  }
};

TEST_F(Flood, Case32ResignationBetweenBurstsOfAnnouncementsActsInItsOwnBurst) {
  elect(kVm1);
  announce_as_fast_as_possible(kVm2);
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  // The last announcement waits for the owner to leave: data of the same burst is already vm2's.
  const auto sent = inject(kVm1, {datagram(kVm1, kVm1.ip, W::kFront, kVm3.mac), advert(kVm1, 0),
                                  datagram(kVm1, kVm1.ip, W::kFront, kVm3.mac)});
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
  EXPECT_THAT(sent, SizeIs(3));
  EXPECT_THAT(sent, ::testing::Each(::testing::Field(&Sent::port, kVm2.port)));
  announce_as_fast_as_possible(kVm2);
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

TEST_F(Flood, ResignationInTheMiddleOfTheOwnersOwnFloodActsInItsBurst) {
  elect(kVm1);
  advert_as_fast_as_possible(kVm1);
  EXPECT_GT(vswitch.learned(LearnCounter::claim_rate), 0u) << "the rate is used up";
  std::vector<Frame> burst(kBurst, advert(kVm1, 100));
  burst[kBurst / 2] = advert(kVm1, 0);
  burst.resize(kBurst / 2 + 1);
  burst.push_back(datagram(kVm1, W::kFront, W::kClient));
  inject(kVm1, burst);
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_EQ(vswitch.drops(DropReason::eip_not_owner), 1u);
}

TEST_F(Flood, ClaimsBeyondTheRateAreForwardedAllTheSame) {
  elect(kVm1);
  advert_as_fast_as_possible(kVm2);
  EXPECT_GT(vswitch.learned(LearnCounter::claim_rate), 0u);
  EXPECT_THAT(receivers(kVm2, advert(kVm2, 100)), ElementsAre("vm1-eth0"));
}

TEST_F(Flood, AnnouncementsOfABackupMoveNothingThroughAllTheDamping) {
  elect(kVm1);
  const std::uint64_t changes = vswitch.learned(LearnCounter::owner_changes);
  for (int second = 0; second < 10; ++second) {
    announce_as_fast_as_possible(kVm2, 5);
    vswitch.advance_to(vswitch.now() + 1000);
    inject(kVm1, advert(kVm1));
  }
  EXPECT_EQ(vswitch.learned(LearnCounter::owner_changes), changes);
}

// Two ports that fight by announcements alone move the address as often as the damping lets them.
TEST_F(Flood, FightOfTwoIsDamped) {
  inject(kVm1, announcement(kVm1));
  const std::uint64_t changes = vswitch.learned(LearnCounter::owner_changes);
  for (int i = 0; i < kBursts; ++i) {
    announce_as_fast_as_possible(kVm2, 1);
    announce_as_fast_as_possible(kVm1, 1);
  }
  EXPECT_LE(vswitch.learned(LearnCounter::owner_changes) - changes, 3u);
}

TEST_F(Flood, FullEventRingDelaysNoClaim) {
  std::vector<Frame> burst;
  for (int i = 0; i < 10; ++i) {
    burst.push_back(advert(kVm1));
    burst.push_back(advert(kVm1, 0));
  }
  burst.push_back(advert(kVm1));
  burst.push_back(datagram(kVm1, W::kFront, W::kClient));
  fill_event_ring();
  const std::uint64_t lost = vswitch.learned(LearnCounter::events_lost);
  const auto sent = inject(kVm1, burst);
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_GE(vswitch.learned(LearnCounter::events_lost) - lost, 21u) << "what tells of each decision";
  EXPECT_EQ(std::count_if(sent.begin(), sent.end(), [](const Sent& one) { return one.port == kUplink; }), 1)
      << "data behind the claims is the owner's";
}

// The path of who takes no part: the same packets come out as without the flood, not one is dropped.
TEST_F(Flood, PacketsOfOtherPortsPassAsBefore) {
  elect(kVm1);
  const std::vector<Frame> data(kBurst, datagram(kVm3, kVm3.ip, kVm2.ip, kVm2.mac));
  const auto before = inject(kVm3, data);
  for (int i = 0; i < kBursts; ++i) {
    announce_as_fast_as_possible(kVm2, 1);
    ASSERT_EQ(inject(kVm3, data), before);
  }
  EXPECT_EQ(vswitch.drops(), vswitch.drops(DropReason::flood_rate)) << "the flood's own";
}

}  // namespace
}  // namespace vipswitch::testing
