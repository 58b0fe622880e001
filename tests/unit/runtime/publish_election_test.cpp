// What the election of a HAVIP learns of requests, and that a slot keeps nothing of its former HAVIP.

#include "control/publish/table_publisher.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

class PublishElection : public ShopFixture {
 protected:
  std::vector<std::string> candidates(std::string_view havip) {
    const owner::Election& election = vswitch.tables().havips.cold(slot(havip)).election;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < election.member_count(); ++i) {
      names.push_back(registry().port_name(election.member(i, 0).port));
    }
    return names;
  }
  // Removes the HAVIP as an operator would.
  void remove(const std::string& havip) {
    const model::Objects before = objects();
    if (before.eips.at("front-public").target) {
      ASSERT_TRUE(succeeded(service().unbind_eip("front-public")));
    }
    for (const auto& port : before.havips.at(havip).ports) {
      ASSERT_TRUE(succeeded(service().unbind_havip(havip, port)));
    }
    ASSERT_TRUE(succeeded(settled(service().remove_havip(havip))));
  }
};

TEST_F(PublishElection, PortsOfANewHavipAreItsCandidatesInOrder) {
  EXPECT_THAT(candidates("front"), ::testing::ElementsAre("vm1-eth0", "vm2-eth0"));
}

TEST_F(PublishElection, BindAddsACandidateAndUnbindTakesIt) {
  ASSERT_TRUE(succeeded(settled(service().bind_havip("front", "vm3-eth0"))));
  EXPECT_THAT(candidates("front"), ::testing::ElementsAre("vm1-eth0", "vm2-eth0", "vm3-eth0"));
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm1-eth0"))));
  EXPECT_THAT(candidates("front"), ::testing::ElementsAre("vm2-eth0", "vm3-eth0"));
}

TEST_F(PublishElection, UnbindingTheOwnerReleasesTheAddress) {
  advert("front", "vm1-eth0", 150);
  ASSERT_EQ(vswitch.owner("front"), "vm1-eth0");
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm1-eth0"))));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(PublishElection, UnbindingAnotherPortLeavesTheOwner) {
  advert("front", "vm1-eth0", 150);
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm2-eth0"))));
  EXPECT_EQ(vswitch.owner("front"), "vm1-eth0");
}

TEST_F(PublishElection, DecisionsAreToldInNames) {
  advert("front", "vm1-eth0", 150);
  advert("front", "vm2-eth0", 200);
  const auto status = vswitch.control().decisions().of(slot("front"));
  ASSERT_EQ(status.size(), 2u);
  EXPECT_EQ(status[0].from, "");
  EXPECT_EQ(status[0].to, "vm1-eth0");
  EXPECT_EQ(status[1].from, "vm1-eth0");
  EXPECT_EQ(status[1].to, "vm2-eth0");
  EXPECT_EQ(status[1].sequence, 2u);
}

// With one free slot the next HAVIP must take that of the last one.
TEST_F(PublishElection, ReusedSlotHasNoOwnerAndNoDecisions) {
  for (unsigned i = 1; i < vswitch.tables().havips.capacity(); ++i) {
    const auto number = static_cast<std::uint8_t>(i);
    ASSERT_TRUE(succeeded(apply([](model::Objects& desired) { desired.subnets["db"].havip_quota = 100; })));
    ASSERT_TRUE(succeeded(service().add(model::Havip{
        fmt::format("filler{}", i), "db", Ipv4(10, 77, 1, static_cast<std::uint8_t>(100 + number)), {}})));
  }
  advert("front", "vm1-eth0", 150);
  const HavipId used = slot("front");
  remove("front");
  ASSERT_TRUE(succeeded(service().add(model::Havip{"next", "web", W::kFront, {}, {"vm2-eth0"}})));
  ASSERT_EQ(slot("next"), used);
  EXPECT_EQ(vswitch.owner("next"), "");
  EXPECT_TRUE(vswitch.control().decisions().of(used).empty());
  EXPECT_EQ(vswitch.tables().havips.cold(used).sequence, 0u);
  EXPECT_THAT(candidates("next"), ::testing::ElementsAre("vm2-eth0"));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishElection, DecisionsOfAnAbandonedSlotAreForgotten) {
  advert("front", "vm1-eth0", 150);
  const HavipId before = slot("front");
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.havips["front"].ipv4 = Ipv4(10, 77, 0, 111); })));
  EXPECT_TRUE(vswitch.control().decisions().of(before).empty());
  EXPECT_TRUE(vswitch.control().decisions().of(slot("front")).empty());
}

TEST_F(PublishElection, EventUnderWayIsNotToldOfTheNextHavip) {
  // As a worker tells it that decided just before the HAVIP went.
  Event late{};
  late.kind = EventKind::kOwnerChanged;
  late.havip = slot("front");
  late.address = Ipv6::mapped(W::kFront);
  late.to = port_id("vm1-eth0");
  vswitch.worker().emit(late);
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.havips["front"].ipv4 = Ipv4(10, 77, 0, 111); })));
  EXPECT_TRUE(vswitch.control().decisions().of(slot("front")).empty());
  EXPECT_TRUE(vswitch.control().decisions().of(late.havip).empty());
}

TEST_F(PublishElection, TimersOfARemovedHavipDoNothing) {
  advert("front", "vm1-eth0", 150);
  remove("front");
  vswitch.advance_to(vswitch.now() + 60'000);
  EXPECT_EQ(vswitch.learned(LearnCounter::owner_changes), 2u);  // the advert and the unbinding
}

TEST_F(PublishElection, LinkChangeReachesTheElectionsOfThePort) {
  advert("front", "vm1-eth0", 150);
  auto& publisher = const_cast<TablePublisher&>(vswitch.control().tables());
  publisher.post_link_change(port_id("vm1-eth0"), Trigger::kPortDown);
  vswitch.settle();
  EXPECT_EQ(vswitch.owner("front"), "");
  const auto decisions = vswitch.control().decisions().of(slot("front"));
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions.back().trigger, Trigger::kPortDown);
}

}  // namespace
}  // namespace vipswitch::testing
