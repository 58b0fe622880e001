// What workers tell of a failover: when data moved, the last packet before, the first one after, and what was
// dropped in between.

#include <rte_cycles.h>
#include <rte_ring_elem.h>

#include "control/publish/registry.h"
#include "dataplane/pipeline.h"
#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;

class FailoverClock : public Shop6Test {
 protected:
  // What the worker tells because of a burst that was received at `tsc`.
  std::vector<Event> burst(const Vm& vm, const std::vector<Frame>& frames, std::uint64_t tsc) {
    Batch batch;
    vswitch.fill(batch, vm.port, frames);
    batch.received_tsc = tsc;
    vswitch.worker().now_ms = vswitch.now();
    vswitch.worker().counters.rx.add(batch.count);
    run_pipeline(vswitch.worker(), batch);
    vswitch.take_sent();
    return events();
  }
  std::vector<Event> events() {
    std::vector<Event> told;
    Event event;
    while (rte_ring_sc_dequeue_elem(vswitch.control().host().events(), &event, sizeof event) == 0)
      told.push_back(event);
    return told;
  }
  static std::vector<Event> of(EventKind kind, const std::vector<Event>& told) {
    std::vector<Event> some;
    for (const Event& event : told) {
      if (event.kind == kind) some.push_back(event);
    }
    return some;
  }
  PortId port(const Vm& vm) { return vswitch.control().tables().registry().find_port(vm.port).value(); }

  const Frame to_front = datagram(kVm3, kVm3.ip, W::kFront, kVm3.mac);
  const std::uint64_t now = rte_rdtsc();
};

TEST_F(FailoverClock, MoveIsToldWithItsDecision) {
  const auto told = burst(kVm1, {advert(kVm1)}, now);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].kind, EventKind::kOwnerChanged);
  EXPECT_EQ(told[1].kind, EventKind::kDataMoved);
  EXPECT_EQ(told[1].sequence, told[0].sequence);
  EXPECT_FALSE(told[1].from.is_valid());
  EXPECT_EQ(told[1].to, port(kVm1));
  EXPECT_GE(told[1].commit_tsc, now);
  EXPECT_EQ(told[1].packet_tsc, 0u) << "nobody had a packet";
}

TEST_F(FailoverClock, FirstPacketIsToldOnce) {
  burst(kVm1, {advert(kVm1)}, now);
  const auto first = burst(kVm3, {to_front, to_front}, now + 1'000);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].kind, EventKind::kFirstDelivered);
  EXPECT_EQ(first[0].to, port(kVm1));
  EXPECT_EQ(first[0].sequence, 1u);
  EXPECT_EQ(first[0].packet_tsc, now + 1'000);
  EXPECT_TRUE(burst(kVm3, {to_front}, now + 2'000).empty());
}

TEST_F(FailoverClock, PacketThatIsNotDeliveredIsNotTheFirst) {
  hand_over_at_once();
  EXPECT_TRUE(burst(kVm3, {to_front}, now).empty());
  const Frame to_itself = datagram(kVm2, kVm2.ip, W::kFront, kVm3.mac);
  EXPECT_TRUE(of(EventKind::kFirstDelivered, burst(kVm2, {advert(kVm2), to_itself}, now + 1'000)).empty());
  const auto first = burst(kVm3, {to_front}, now + 2'000);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].packet_tsc, now + 2'000);
  EXPECT_EQ(first[0].dropped, 1u);
}

TEST_F(FailoverClock, GracefulFailoverTellsTheLastPacketAndWhatWasDropped) {
  burst(kVm1, {advert(kVm1)}, now);
  burst(kVm3, {to_front}, now + 1'000);
  burst(kVm3, {to_front}, now + 64'000);
  const auto released = of(EventKind::kDataMoved, burst(kVm1, {advert(kVm1, 0)}, now + 65'000));
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0].from, port(kVm1));
  EXPECT_FALSE(released[0].to.is_valid());
  EXPECT_EQ(released[0].packet_tsc / 64, (now + 64'000) / 64) << "exact to 64 cycles";
  EXPECT_EQ(released[0].dropped, 0u);
  burst(kVm3, {to_front, to_front, to_front}, now + 66'000);
  const auto taken = of(EventKind::kDataMoved, burst(kVm2, {advert(kVm2, 100)}, now + 67'000));
  ASSERT_EQ(taken.size(), 1u);
  EXPECT_FALSE(taken[0].from.is_valid());
  EXPECT_EQ(taken[0].dropped, 3u);
}

TEST_F(FailoverClock, HandedOverDataMovesAfterItsDecision) {
  burst(kVm2, {advert(kVm2, 100)}, now);
  const auto decided = burst(kVm1, {advert(kVm1, 150)}, now + 1'000);
  EXPECT_EQ(of(EventKind::kOwnerChanged, decided).size(), 1u);
  EXPECT_TRUE(of(EventKind::kDataMoved, decided).empty());
  burst(kVm3, {to_front}, now + 2'000);
  const auto moved = of(EventKind::kDataMoved, burst(kVm1, {announcement(kVm1)}, now + 3'000));
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0].from, port(kVm2));
  EXPECT_EQ(moved[0].to, port(kVm1));
  EXPECT_EQ(moved[0].sequence, 2u);
  EXPECT_EQ(moved[0].packet_tsc / 64, (now + 2'000) / 64);
  EXPECT_EQ(of(EventKind::kFirstDelivered, burst(kVm3, {to_front}, now + 4'000)).size(), 1u);
}

TEST_F(FailoverClock, VirtualMacIsUsedFromTheFirstPacketOn) {
  burst(kVm1, {advert(Vm{kVm1.port, Mac::vrrp_ipv4(kVrid), kVm1.ip})}, now);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(
        inject(kVm3, to_front),
        ::testing::ElementsAre(Sent{"vm1-eth0", datagram(kVm3, kVm3.ip, W::kFront, Mac::vrrp_ipv4(kVrid))}));
  }
}

TEST_F(FailoverClock, RefreshIsNoMove) {
  burst(kVm1, {advert(kVm1)}, now);
  EXPECT_TRUE(burst(kVm1, {advert(kVm1), announcement(kVm1)}, now + 1'000).empty());
}

// --- what an operator should look at

class Notices : public FailoverClock {
 protected:
  std::vector<Event> at(TimeMs time, const Vm& vm, std::uint8_t priority) {
    vswitch.advance_to(time);
    return of(EventKind::kNotice, burst(vm, {advert(vm, priority)}, now));
  }
};

// Case 6.
TEST_F(Notices, TwoThatAdvertAreToldOnceWhileItLasts) {
  for (TimeMs time = 0; time < 10'000; time += 1'000) {
    EXPECT_TRUE(at(time, kVm1, 150).empty());
    const auto told = at(time + 300, kVm2, 100);
    ASSERT_EQ(told.size(), time == 1'000 ? 1u : 0u) << time;
    if (told.empty()) continue;
    EXPECT_EQ(told[0].notice, Notice::kContention);
    EXPECT_EQ(told[0].havip, slot("front"));
    EXPECT_EQ(told[0].from, port(kVm2)) << "it does not hear the other";
  }
}

TEST_F(Notices, OneStaleAdvertIsNoContention) {
  at(0, kVm1, 150);
  EXPECT_TRUE(at(300, kVm2, 100).empty());
  for (TimeMs time = 1'000; time < 30'000; time += 1'000) at(time, kVm1, 150);
  EXPECT_TRUE(at(30'000, kVm2, 100).empty());
}

TEST_F(Notices, ClaimsOfAnUnboundPortAreToldOnce) {
  const auto told =
      of(EventKind::kNotice,
         burst(kVm3, {announcement(kVm3), advert(kVm3), datagram(kVm3, W::kFront, kVm1.ip)}, now));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].notice, Notice::kClaimUnbound);
  EXPECT_EQ(told[0].havip, slot("front"));
  EXPECT_EQ(told[0].from, port(kVm3));
}

TEST_F(Notices, MulticastMacIsToldOnce) {
  const Frame nlb = from_vm(kVm1, Mac::broadcast())
                        .arp_reply(Mac{0x03, 0xbf, 10, 77, 0, 100}, W::kFront, Mac::broadcast(), W::kFront)
                        .build();
  const auto told = of(EventKind::kNotice, burst(kVm1, {nlb, nlb}, now));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].notice, Notice::kNlbUnsupported);
  EXPECT_EQ(told[0].from, port(kVm1));
  EXPECT_EQ(vswitch.owner("front"), "");
}

}  // namespace
}  // namespace vipswitch::testing
