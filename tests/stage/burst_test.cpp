// Packets that go through the pipeline together: what a claim does to its neighbours in the burst, and that
// each packet ends once.

#include <algorithm>

#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using W = ShopWorld;

Frame from_havip_to_internet(const Vm& vm) {
  return datagram(vm, W::kFront, W::kClient);
}

class Burst : public ShopTest {
 protected:
  std::size_t count_sent_to(std::string_view port, const std::vector<Sent>& sent) {
    return static_cast<std::size_t>(
        std::count_if(sent.begin(), sent.end(), [&](const Sent& one) { return one.port == port; }));
  }
};

// Snoop looks at the whole burst before nat and resolve do.
TEST_F(Burst, DataOnEitherSideOfTheClaimBelongsToTheNewOwner) {
  hand_over_at_once();
  elect(kVm1, 100);
  const auto sent =
      inject(kVm2, {from_havip_to_internet(kVm2), advert(kVm2, 150), from_havip_to_internet(kVm2)});
  EXPECT_EQ(count_sent_to(kUplink, sent), 2u);
  EXPECT_EQ(vswitch.drops(), 0u);
}

TEST_F(Burst, AnnouncementInTheBurstActsLikeAnAdvert) {
  const auto sent =
      inject(kVm2, {from_havip_to_internet(kVm2), announcement(kVm2), from_havip_to_internet(kVm2)});
  EXPECT_EQ(count_sent_to(kUplink, sent), 2u);
}

TEST_F(Burst, DataOnEitherSideOfTheResignationIsRefused) {
  elect(kVm1);
  const auto sent =
      inject(kVm1, {from_havip_to_internet(kVm1), advert(kVm1, 0), from_havip_to_internet(kVm1)});
  EXPECT_EQ(count_sent_to(kUplink, sent), 0u);
  EXPECT_EQ(vswitch.drops(DropReason::eip_not_owner), 2u);
}

TEST_F(Burst, LastOfSeveralClaimsCounts) {
  const auto sent = inject(kVm1, {advert(kVm1), advert(kVm1, 0), from_havip_to_internet(kVm1), advert(kVm1)});
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(count_sent_to(kUplink, sent), 1u);
}

TEST_F(Burst, ClaimOfOneVmMovesTheNextBurstOfTheUplink) {
  hand_over_at_once();
  elect(kVm1, 100);
  inject(kVm2, advert(kVm2, 150));
  const auto sent = inject(kUplink, std::vector<Frame>(kMaxBurst, datagram_from_internet(W::kFrontEip)));
  EXPECT_THAT(sent, SizeIs(kMaxBurst));
  EXPECT_THAT(sent, Each(Field(&Sent::port, kVm2.port)));
}

TEST_F(Burst, OrderIsKeptForEachReceiver) {
  const auto numbered = [](const Vm& to, std::uint8_t number) {
    return from_vm(kVm1, to.mac)
        .ipv4({.source = kVm1.ip, .destination = to.ip, .identification = number})
        .udp({})
        .build();
  };
  std::vector<Frame> burst;
  std::vector<Frame> of_vm2, of_vm3;
  for (std::uint8_t i = 0; i < kMaxBurst; ++i) {
    burst.push_back(numbered(i % 3 == 0 ? kVm2 : kVm3, i));
    (i % 3 == 0 ? of_vm2 : of_vm3).push_back(burst.back());
  }
  std::vector<Frame> at_vm2, at_vm3;
  for (const Sent& sent : inject(kVm1, burst)) {
    (sent.port == kVm2.port ? at_vm2 : at_vm3).push_back(sent.frame);
  }
  EXPECT_EQ(at_vm2, of_vm2);
  EXPECT_EQ(at_vm3, of_vm3);
}

// What is forwarded and what is copied join those that wait on ways of their own.
TEST_F(Burst, CopiesBetweenForwardedPacketsReachTheirPortsBesideThem) {
  const Frame to_everybody = datagram(kVm3, kVm3.ip, Ipv4(255, 255, 255, 255), Mac::broadcast());
  const Frame to_internet = datagram(kVm3, kVm3.ip, W::kClient), to_vm1 = datagram(kVm3, kVm3.ip, kVm1.ip);
  const auto sent = inject(kVm3, {to_internet, to_everybody, to_vm1, to_everybody, to_internet});
  EXPECT_EQ(count_sent_to(kUplink, sent), 2u);
  EXPECT_EQ(count_sent_to(kVm1.port, sent), 3u);
  EXPECT_EQ(count_sent_to(kVm2.port, sent), 2u);
  EXPECT_EQ(vswitch.drops(), 0u);
}

// A bulk lookup takes 64 keys: what stands between and behind must be looked up as well.
TEST_F(Burst, EveryPacketOfAFullBurstIsLookedUp) {
  std::vector<Frame> burst;
  for (unsigned i = 0; i < kMaxBurst; ++i) {
    burst.push_back(i % 5 == 0 ? announcement(kVm3, kVm3.ip) : datagram(kVm3, kVm3.ip, kVm2.ip, kVm1.mac));
  }
  const auto sent = inject(kVm3, burst);
  constexpr std::size_t kFloods = (kMaxBurst + 4) / 5;
  EXPECT_EQ(count_sent_to(kVm2.port, sent), kMaxBurst);
  EXPECT_EQ(count_sent_to(kVm1.port, sent), kFloods);
}

TEST_F(Burst, EmptyBurstDoesNothing) {
  EXPECT_THAT(inject(kVm1, std::vector<Frame>{}), IsEmpty());
}

TEST_F(Burst, DropsAreCountedAtThePortTheyCameFrom) {
  inject(kVm1, {datagram(kVm1, kVm1.ip, W::kClient), datagram(kVm1, kVm1.ip, kVm2.ip, kVm2.mac)});
  for (const PortStatus& port : vswitch.runtime().ports()) {
    EXPECT_EQ(port.drops, port.name == kVm1.port ? 1u : 0u) << port.name;
  }
}

}  // namespace
}  // namespace vipswitch::testing
