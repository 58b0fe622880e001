#include "control/service/service.h"

#include <gtest/gtest.h>

#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using test::make_world;
using test::refused;
using test::succeeded;

class ServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(succeeded(service_.apply(make_world())));
    publisher_.published.clear();
  }
  test::RecordingPublisher publisher_;
  Service service_{publisher_};
};

TEST_F(ServiceTest, RequestIsPublishedAsItsNetDifference) {
  ASSERT_TRUE(succeeded(service_.add(test::make_vpc("lab", 7))));
  ASSERT_EQ(publisher_.published.size(), 1u);
  const auto lab = test::make_vpc("lab", 7);
  model::ChangeSet expected;
  expected.vpcs.push_back({nullptr, &lab});
  EXPECT_EQ(publisher_.published[0], expected);
  EXPECT_EQ(publisher_.last, service_.objects());
}

TEST_F(ServiceTest, RefusedRequestIsNotPublished) {
  EXPECT_FALSE(service_.add(test::make_vpc("lab", 1001)).ok());
  EXPECT_TRUE(publisher_.published.empty());
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(ServiceTest, HalfDoneRequestIsRolledBack) {
  EXPECT_TRUE(refused(service_.add(model::Havip{"vip", "web", {}, {}, {"p11", "p99"}}), ErrorCode::not_found,
                      "port: \"p99\" does not exist, expected the name of a port"));
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(ServiceTest, PublisherThatRefusesLeavesTheModel) {
  publisher_.fails = true;
  EXPECT_TRUE(refused(service_.unbind_eip("public"), ErrorCode::table_full, "eip: the table is full"));
  EXPECT_FALSE(service_.add(model::Havip{"vip", "web", {}, {}, {"p11"}}).ok());
  EXPECT_FALSE(service_.remove_uplink().ok());
  EXPECT_EQ(service_.objects(), make_world());
  publisher_.fails = false;
  EXPECT_TRUE(succeeded(service_.unbind_eip("public")));
}

TEST_F(ServiceTest, AddedHavipComesBackWithItsAddress) {
  const auto added = service_.add(model::Havip{"vip", "web", {}, {}, {"p11"}});
  ASSERT_TRUE(succeeded(added));
  EXPECT_EQ(added.value(), (model::Havip{"vip", "web", Ipv4(10, 77, 0, 254), {}, {"p11"}}));
}

TEST_F(ServiceTest, EveryRequestReachesTheModel) {
  ASSERT_TRUE(succeeded(service_.unbind_eip("public")));
  ASSERT_TRUE(succeeded(service_.bind_eip("public", {model::TargetKind::kPort, "p11"})));
  ASSERT_TRUE(succeeded(service_.unbind_eip("public")));
  ASSERT_TRUE(succeeded(service_.remove_eip("public")));
  ASSERT_TRUE(succeeded(service_.unbind_havip("front", "p11")));
  ASSERT_TRUE(succeeded(service_.bind_havip("front", "p11")));
  ASSERT_TRUE(succeeded(service_.unbind_havip("front", "p11")));
  ASSERT_TRUE(succeeded(service_.unbind_havip("front", "p12")));
  ASSERT_TRUE(succeeded(service_.remove_havip("front")));
  ASSERT_TRUE(succeeded(service_.remove_port("p11")));
  ASSERT_TRUE(succeeded(service_.remove_port("p12")));
  ASSERT_TRUE(succeeded(service_.remove_subnet("web")));
  ASSERT_TRUE(succeeded(service_.remove_vpc("shop")));
  ASSERT_TRUE(succeeded(service_.remove_uplink()));
  EXPECT_EQ(service_.objects(), model::Objects());
  const auto world = make_world();
  ASSERT_TRUE(succeeded(service_.set_uplink(*world.uplink)));
  ASSERT_TRUE(succeeded(service_.add(world.vpcs.at("shop"))));
  ASSERT_TRUE(succeeded(service_.add(world.subnets.at("web"))));
  ASSERT_TRUE(succeeded(service_.add(world.ports.at("p11"))));
  ASSERT_TRUE(succeeded(service_.add(world.ports.at("p12"))));
  ASSERT_TRUE(succeeded(service_.add(world.havips.at("front"))));
  ASSERT_TRUE(succeeded(service_.add(world.eips.at("public"))));
  EXPECT_EQ(service_.objects(), world);
  EXPECT_EQ(publisher_.last, world);
}

TEST_F(ServiceTest, ApplyingTheSameStatePublishesNothing) {
  ASSERT_TRUE(succeeded(service_.apply(make_world())));
  EXPECT_TRUE(publisher_.published.empty());
}

TEST_F(ServiceTest, ApplyPublishesOnlyTheDifferenceAtOnce) {
  auto desired = make_world();
  desired.eips.clear();
  desired.vpcs.at("shop").vni = Vni(2002);
  ASSERT_TRUE(succeeded(service_.apply(desired)));
  ASSERT_EQ(publisher_.published.size(), 1u);
  const auto& changes = publisher_.published[0];
  ASSERT_EQ(changes.vpcs.size(), 1u);
  EXPECT_EQ(changes.vpcs[0].after->vni, Vni(2002));
  ASSERT_EQ(changes.eips.size(), 1u);
  EXPECT_TRUE(changes.ports.empty() && changes.subnets.empty() && changes.havips.empty() && !changes.uplink);
  EXPECT_EQ(service_.objects(), desired);
}

TEST_F(ServiceTest, RefusedApplyChangesNothing) {
  auto desired = make_world();
  desired.eips.clear();
  desired.ports.at("p11").mac = Mac::broadcast();
  EXPECT_TRUE(refused(
      service_.apply(desired), ErrorCode::invalid_argument,
      "port \"p11\": mac: ff:ff:ff:ff:ff:ff is a group address, expected the unicast MAC of the interface"));
  EXPECT_TRUE(publisher_.published.empty());
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(ServiceTest, ApplyThatCannotBePublishedChangesNothing) {
  publisher_.fails = true;
  EXPECT_TRUE(refused(service_.apply({}), ErrorCode::table_full, "eip: the table is full"));
  EXPECT_EQ(service_.objects(), make_world());
  publisher_.fails = false;
  EXPECT_TRUE(succeeded(service_.unbind_havip("front", "p11")));
}

}  // namespace
}  // namespace vipswitch
