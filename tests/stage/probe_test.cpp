// The switch asks who has a HAVIP's address where claims leave it in doubt; guests answer by script (owner
// learning 5.3). Whom it asks and when is owner/prober's, tested there.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using W = ShopWorld;
using W6 = ShopWorld6;

Frame question() {
  return PacketBuilder()
      .ethernet({.destination = Mac::broadcast(), .source = kGatewayMac})
      .arp_request(kGatewayMac, W::kWebGateway, W::kFront)
      .build();
}

Frame question6() {
  const Ipv6 group = W6::kFront.solicited_node();
  return PacketBuilder()
      .ethernet({.destination = Mac::of_multicast(group), .source = kGatewayMac})
      .ipv6({.source = kGatewayLinkLocal, .destination = group, .hop_limit = 255})
      .neighbour({.type = wire::kIcmp6NeighbourSolicitation, .target = W6::kFront, .mac = kGatewayMac})
      .build();
}

Frame answer6(const Vm& vm) {
  return from_vm(vm, kGatewayMac)
      .ipv6({.source = W6::kFront, .destination = kGatewayLinkLocal, .hop_limit = 255})
      .neighbour({.type = wire::kIcmp6NeighbourAdvertisement,
                  .target = W6::kFront,
                  .flags = wire::kNdSolicited | wire::kNdOverride,
                  .mac = vm.mac})
      .build();
}

class Probes : public ShopTest {
 protected:
  // Time passes; who holds the address answers each question.
  void pass(TimeMs until, const std::vector<Vm>& holders) {
    while (vswitch.now() < until) {
      vswitch.advance_to(vswitch.now() + 1);
      for (const Sent& asked : vswitch.take_questions()) {
        questions.push_back(asked);
        for (const Vm& vm : holders) {
          if (vm.port == asked.port) inject(vm, arp_reply_to_gateway(vm, W::kFront));
        }
      }
    }
  }
  OwnerState state() { return snapshot("front").election.state(vswitch.now()); }

  std::vector<Sent> questions;
};

TEST_F(Probes, WhereNobodyIsKnownEveryBoundPortIsAskedAsByTheGateway) {
  vswitch.advance_to(200);
  EXPECT_THAT(vswitch.take_questions(),
              UnorderedElementsAre(Sent{"vm1-eth0", question()}, Sent{"vm2-eth0", question()}));
}

TEST_F(Probes, WhoAnswersOwnsTheAddress) {
  pass(600, {kVm2});
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
  EXPECT_EQ(vswitch.control().decisions().last_of(slot("front"))->trigger, Trigger::kProbe);
}

TEST_F(Probes, SeveralHoldersAreNoticed) {
  pass(600, {kVm1, kVm2});
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(snapshot("front").noticed_ms[static_cast<std::size_t>(Notice::kMultiResponder)], 500);
}

// Case 12: a master whose adverts are suppressed, as by a filter in the guest.
TEST_F(Probes, Case12SuppressedAdverts) {
  inject(kVm2, advert(kVm2, 100));
  inject(kVm2, announcement(kVm2));
  pass(14'000, {kVm2});
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
  EXPECT_EQ(state(), OwnerState::kSuspect);
  EXPECT_THAT(questions, ElementsAre(Sent{"vm2-eth0", question()}));
  EXPECT_TRUE(snapshot("front").probing.asks_about.is_valid());
  EXPECT_EQ(snapshot("front").probing.unanswered_ms, -1);
}

// Case 19: the old master's adverts are over, an announcement waits, and the master does not hold it any
// more.
TEST_F(Probes, Case19WaitingAnnouncementIsTakenWhenTheAdvertsAreOver) {
  for (const TimeMs at : {0, 1'000, 2'000}) {
    pass(at, {});
    inject(kVm1, advert(kVm1));
  }
  pass(2'500, {});
  inject(kVm2, announcement(kVm2));
  pass(6'000, {kVm2});
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  pass(6'001, {kVm2});
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

TEST_F(Probes, SilentOwnerThatLetGoIsSucceededByWhoHoldsTheAddress) {
  elect(kVm1);
  pass(6'000, {kVm2});
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
}

TEST_F(Probes, OwnerThatNobodySucceedsIsGivenUpAfterHalfAMinute) {
  elect(kVm1);
  pass(34'000, {});
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  pass(36'000, {});
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_EQ(state(), OwnerState::kUnknown);
}

TEST_F(Probes, NobodyIsAskedWhileLearningIsOff) {
  ASSERT_TRUE(vswitch.service().set_havip_learn("front", LearnMode::kOff));
  vswitch.settle();
  pass(10'000, {});
  EXPECT_THAT(questions, IsEmpty());
}

TEST_F(Probes, RemovedHavipIsNobodysQuestion) {
  ASSERT_TRUE(vswitch.service().unbind_eip("front-public"));
  for (const Vm& vm : {kVm1, kVm2}) ASSERT_TRUE(vswitch.service().unbind_havip("front", vm.port));
  ASSERT_TRUE(vswitch.service().remove_havip("front"));
  vswitch.settle();
  pass(3'000, {});
  EXPECT_THAT(questions, IsEmpty());
}

TEST_F(Probes, WithoutRoomForAPacketNothingBreaks) {
  std::vector<rte_mbuf*> taken;
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(vswitch.worker().pool)) taken.push_back(mbuf);
  vswitch.advance_to(200);
  EXPECT_EQ(vswitch.drops(DropReason::no_mbuf), 2u);
  for (rte_mbuf* mbuf : taken) rte_pktmbuf_free(mbuf);
}

TEST_F(Probes, ManyHavipsAtOnceAreAskedForInTurns) {
  constexpr unsigned kHavips = 14;  // and front: fifteen at one port
  ASSERT_TRUE(vswitch.service().set_subnet("web", {.havip_quota = 100}));
  for (unsigned i = 0; i < kHavips; ++i) {
    const auto last = static_cast<std::uint8_t>(150 + i);
    ASSERT_TRUE(vswitch.service().add(model::Havip{
        "many-" + std::to_string(i), "web", Ipv4(10, 77, 0, last), {}, {std::string(kVm1.port)}}));
  }
  vswitch.settle();
  vswitch.advance_to(200);
  EXPECT_EQ(vswitch.learned(LearnCounter::probe), ProbeTurns::kPerMs + 1)
      << "front is asked for at two ports";
  vswitch.advance_to(201);
  EXPECT_EQ(vswitch.learned(LearnCounter::probe), kHavips + 2);
}

class Probes6 : public Shop6Test {};

TEST_F(Probes6, NeighbourSolicitationFromTheGatewaysLinkLocalAddress) {
  vswitch.advance_to(200);
  const auto questions = vswitch.take_questions();
  EXPECT_THAT(questions, SizeIs(4)) << "each family to each bound port";
  EXPECT_THAT(questions, ::testing::Contains(Sent{"vm2-eth0", question6()}));
  inject(kVm2, answer6(kVm2));
  vswitch.advance_to(500);
  EXPECT_EQ(owner6(), kVm2.port);
  EXPECT_EQ(vswitch.owner("front"), "") << "each family is elected by itself";
}

}  // namespace
}  // namespace vipswitch::testing
