// Objects come and go: the tables follow, and nothing is left behind.

#include "control/publish/table_publisher.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

class PublishLifecycle : public ShopFixture {
 protected:
  // What of the tables must come back: places, not contents.
  std::vector<std::uint32_t> rooms() {
    const Tables& tables = vswitch.tables();
    return {tables.ipv4.endpoints.room(), tables.macs.room(), tables.ipv4.eips.room(),
            tables.ipv4.neighbours.room()};
  }
};

TEST_F(PublishLifecycle, ShopIsPublishedAsTheModelSays) {
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishLifecycle, EmptySwitchHasEmptyTables) {
  InProcessSwitch empty;
  EXPECT_THAT(audit_empty(empty), IsEmpty());
}

TEST_F(PublishLifecycle, VpcLeavesNothingBehind) {
  const auto before = rooms();
  ASSERT_TRUE(succeeded(service().add(model::Vpc{"office", Vni(7)})));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().remove_vpc("office"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  EXPECT_EQ(rooms(), before);
}

TEST_F(PublishLifecycle, SubnetLeavesNothingBehind) {
  const auto before = rooms();
  ASSERT_TRUE(succeeded(service().add(model::Subnet{.name = "cache",
                                                    .vpc = "shop",
                                                    .ipv4 = Ipv4Prefix{Ipv4(10, 77, 9, 0), 24},
                                                    .gateway = Ipv4(10, 77, 9, 1)})));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().remove_subnet("cache"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  EXPECT_EQ(rooms(), before);
}

TEST_F(PublishLifecycle, PortLeavesNothingBehind) {
  const auto before = rooms();
  ASSERT_TRUE(succeeded(service().add(port(20))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().remove_port("vm20-eth0"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  EXPECT_EQ(rooms(), before);
}

TEST_F(PublishLifecycle, HavipLeavesNothingBehind) {
  const auto before = rooms();
  ASSERT_TRUE(succeeded(service().add(model::Havip{"back", "web", Ipv4(10, 77, 0, 101), {}, {"vm3-eth0"}})));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("back", "vm3-eth0"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().remove_havip("back"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  EXPECT_EQ(rooms(), before);
}

TEST_F(PublishLifecycle, EipLeavesNothingBehind) {
  const auto before = rooms();
  ASSERT_TRUE(succeeded(
      service().add(model::Eip{"vm1-public", Ipv4(203, 0, 113, 20), model::EipTarget{kToPort, "vm1-eth0"}})));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().unbind_eip("vm1-public"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().remove_eip("vm1-public"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  EXPECT_EQ(rooms(), before);
}

TEST_F(PublishLifecycle, UplinkLeavesNothingBehind) {
  Event learned{};
  learned.kind = EventKind::kNextHopLearned;
  learned.address = Ipv6::mapped(Ipv4(198, 51, 100, 77));
  learned.mac = Mac(2, 0, 0, 0, 0, 77);
  vswitch.worker().emit(learned);
  vswitch.settle();
  ASSERT_EQ(vswitch.tables().ipv4.neighbours.size(), 1u);
  ASSERT_TRUE(succeeded(settled(service().remove_uplink())));
  EXPECT_EQ(vswitch.tables().uplink.load(), nullptr);
  EXPECT_EQ(vswitch.tables().ipv4.neighbours.size(), 0u);
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishLifecycle, EverythingGoesAtOnceAndComesBack) {
  const model::Objects everything = objects();
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) { desired = {}; })));
  EXPECT_THAT(audit_empty(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(apply([&](model::Objects& desired) { desired = everything; })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

// Ids are few: if one were lost in each round, the small tables would be full before the last one.
TEST_F(PublishLifecycle, IdsAreReusedWithoutEnd) {
  for (int round = 0; round < 70; ++round) {
    ASSERT_TRUE(succeeded(settled(service().add(port(20))))) << round;
    ASSERT_TRUE(
        succeeded(service().add(model::Havip{"back", "web", Ipv4(10, 77, 0, 101), {}, {"vm20-eth0"}})));
    ASSERT_TRUE(succeeded(
        service().add(model::Eip{"back-public", Ipv4(203, 0, 113, 20), model::EipTarget{kToHavip, "back"}})));
    ASSERT_TRUE(succeeded(service().unbind_eip("back-public")));
    ASSERT_TRUE(succeeded(service().remove_eip("back-public")));
    ASSERT_TRUE(succeeded(service().unbind_havip("back", "vm20-eth0")));
    ASSERT_TRUE(succeeded(service().remove_havip("back")));
    ASSERT_TRUE(succeeded(settled(service().remove_port("vm20-eth0"))));
  }
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishLifecycle, PacketsOfPortsThatAreGoneAreBackInThePool) {
  vswitch.inject("vm1-eth0", std::vector<Frame>(8, Frame(60, 0)));
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) { desired = {}; })));
  EXPECT_TRUE(vswitch.is_conserved());
}

TEST_F(PublishLifecycle, DeviceOfARemovedPortCanBeOpenedAgain) {
  const model::Port twenty = port(20);
  ASSERT_TRUE(succeeded(settled(service().add(twenty))));
  ASSERT_TRUE(succeeded(settled(service().remove_port(twenty.name))));
  EXPECT_TRUE(succeeded(service().add(twenty)));
}

}  // namespace
}  // namespace vipswitch::testing
