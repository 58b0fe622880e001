// Whole models brought into force over what is there: what changed follows, links included.

#include "control/publish/table_publisher.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

class PublishApply : public ShopFixture {
 protected:
  const EipRow<Ipv4>& eip(Ipv4 address) { return *vswitch.tables().ipv4.eips.lookup(address); }
};

TEST_F(PublishApply, SameModelChangesNothing) {
  const PortRow* row = vswitch.tables().ports.find(port_id("vm1-eth0"));
  ASSERT_TRUE(succeeded(apply([](model::Objects&) {})));
  EXPECT_EQ(vswitch.tables().ports.find(port_id("vm1-eth0")), row);
}

TEST_F(PublishApply, EipFollowsItsPortsNewAddress) {
  ASSERT_TRUE(succeeded(
      apply([](model::Objects& desired) { desired.ports["vm3-eth0"].ipv4 = Ipv4(10, 77, 0, 33); })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  EXPECT_EQ(eip(W::kVm3Eip).inner.to, Ipv4(10, 77, 0, 33));
}

TEST_F(PublishApply, PortKeepsItsIdAndDeviceThroughChanges) {
  const PortId id = port_id("vm1-eth0");
  const EthDevice* device = vswitch.control().tables().ports().device(id);
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.ports["vm1-eth0"].mac = Mac(0x52, 0x54, 0, 1, 2, 3);
    desired.ports["vm1-eth0"].ipv4 = Ipv4(10, 77, 0, 99);
  })));
  EXPECT_EQ(port_id("vm1-eth0"), id);
  EXPECT_EQ(vswitch.control().tables().ports().device(id), device);
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, PortsCanSwapAddresses) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    std::swap(desired.ports["vm1-eth0"].ipv4, desired.ports["vm2-eth0"].ipv4);
    std::swap(desired.ports["vm1-eth0"].mac, desired.ports["vm2-eth0"].mac);
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, PortCanMoveToAnotherSubnet) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.ports["vm3-eth0"].subnet = "db";
    desired.ports["vm3-eth0"].ipv4 = Ipv4(10, 77, 1, 33);
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, HavipWithANewAddressGetsANewSlotAndItsEipFollows) {
  advert("front", "vm1-eth0", 150);
  const HavipId before = slot("front");
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.havips["front"].ipv4 = Ipv4(10, 77, 0, 111); })));
  EXPECT_NE(slot("front"), before);
  EXPECT_EQ(eip(W::kFrontEip).target, EndpointRef(slot("front")));
  EXPECT_EQ(eip(W::kFrontEip).inner.to, Ipv4(10, 77, 0, 111));
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, HavipKeepsSlotAndOwnerWhenOtherPortsChange) {
  advert("front", "vm1-eth0", 150);
  const HavipId before = slot("front");
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.havips["front"].ports = {"vm1-eth0", "vm3-eth0"};
  })));
  EXPECT_EQ(slot("front"), before);
  EXPECT_EQ(vswitch.owner("front"), "vm1-eth0");
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, HavipCanMoveToAnotherSubnet) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.havips["front"] = model::Havip{"front", "db", Ipv4(10, 77, 1, 100), {}, {"db1-eth0"}};
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, GatewayOfASubnetMoves) {
  ASSERT_TRUE(succeeded(
      apply([](model::Objects& desired) { desired.subnets["web"].gateway = Ipv4(10, 77, 0, 254); })));
  EXPECT_FALSE(vswitch.tables()
                   .ipv4.lookup_endpoint(registry().vpcs.find("shop")->second.id, W::kWebGateway)
                   .exists());
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, GatewayCanTakeTheAddressThatAPortGivesUp) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.subnets["web"].gateway = ShopWorld::kVm3Ip;
    desired.ports["vm3-eth0"].ipv4 = ShopWorld::kWebGateway;
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, EipCanChangeItsAddress) {
  ASSERT_TRUE(succeeded(
      apply([](model::Objects& desired) { desired.eips["front-public"].address = Ipv4(203, 0, 113, 77); })));
  EXPECT_EQ(vswitch.tables().ipv4.eips.lookup(W::kFrontEip), nullptr);
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, EipsCanSwapTargets) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    std::swap(desired.eips["front-public"].target, desired.eips["vm3-public"].target);
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, EipThatLeavesAHavipOfANewAddressLeavesNothingAtIt) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.havips["front"].ipv4 = Ipv4(10, 77, 0, 111);
    desired.eips["front-public"].target = model::EipTarget{kToPort, "vm1-eth0"};
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, EipThatLeavesAPortOfANewAddressLeavesNothingAtIt) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.ports["vm3-eth0"].ipv4 = Ipv4(10, 77, 0, 33);
    desired.eips["vm3-public"].target.reset();
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, VpcCanBeRenamed) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.vpcs.clear();
    desired.vpcs["mall"] = model::Vpc{"mall", Vni(1001)};
    for (auto& [name, subnet] : desired.subnets) subnet.vpc = "mall";
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, SubnetMovesToAnotherVpcWithItsMembers) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.vpcs["office"] = model::Vpc{"office", Vni(7)};
    desired.subnets["web"].vpc = "office";
  })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, VniChangesInPlace) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) { desired.vpcs["shop"].vni = Vni(4711); })));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, UplinkKeepsItsResolvedGatewayThroughOtherChanges) {
  ASSERT_EQ(vswitch.tables().uplink.load()->ipv4.gateway_mac, W::kRouterMac);
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) { desired.uplink->mac = Mac(2, 0, 0, 0, 0, 9); })));
  EXPECT_EQ(vswitch.tables().uplink.load()->ipv4.gateway_mac, W::kRouterMac);
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, NewGatewayIsUnresolvedUntilItAnswers) {
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.uplink->gateway = Ipv4(198, 51, 100, 3); })));
  EXPECT_TRUE(vswitch.tables().uplink.load()->ipv4.gateway_mac.is_zero());
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishApply, NeighbourThatBecomesTheGatewayIsKnownAtOnce) {
  const Mac mac(2, 0, 0, 0, 0, 3);
  Event learned{};
  learned.kind = EventKind::kNextHopLearned;
  learned.address = Ipv6::mapped(Ipv4(198, 51, 100, 3));
  learned.mac = mac;
  vswitch.worker().emit(learned);
  vswitch.settle();
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.uplink->gateway = Ipv4(198, 51, 100, 3); })));
  EXPECT_EQ(vswitch.tables().uplink.load()->ipv4.gateway_mac, mac);
}

model::Objects unbound_eips(std::uint32_t count) {
  model::Objects objects;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string name = fmt::format("e{}", i);
    objects.eips[name] = {name, Ipv4::from_host(Ipv4(203, 0, 112, 0).host() + i), std::nullopt};
  }
  return objects;
}

// Rows of a full table change a few at a time: those that were replaced serve again after a grace period.
TEST(PublishEips, MoreChangeAtOnceThanThereAreSpareRows) {
  constexpr std::uint32_t kEips = 300;
  Settings settings = InProcessSwitch::small_settings();
  settings.tables.eips = kEips;
  InProcessSwitch vswitch(settings);
  model::Objects objects = unbound_eips(kEips);
  ASSERT_TRUE(succeeded(vswitch.service().apply(objects)));
  const auto& eips = vswitch.tables().ipv4.eips;
  ASSERT_LT(eips.free_rows(), kEips);
  for (const std::uint32_t mbps : {10u, 20u}) {
    for (auto& [name, eip] : objects.eips) eip.rates.in_mbps = mbps;
    ASSERT_TRUE(succeeded(vswitch.service().apply(objects)));
    vswitch.settle();
    EXPECT_THAT(audit(vswitch), IsEmpty());
    EXPECT_EQ(eips.free_rows(), eips.all_rows() - kEips);
  }
}

// A worker that does not poll would have such a batch wait for it half way: it is refused instead.
TEST(PublishEips, MoreThanSpareRowsAreRefusedWhileAWorkerIsStuck) {
  constexpr std::uint32_t kEips = 100;
  constexpr unsigned kReader = 0;
  Settings settings = InProcessSwitch::small_settings();
  settings.tables.eips = kEips;
  InProcessSwitch vswitch(settings);
  model::Objects objects = unbound_eips(kEips);
  ASSERT_TRUE(succeeded(vswitch.service().apply(objects)));
  vswitch.settle();
  Rcu& rcu = vswitch.control().host().rcu();
  rcu.enter(kReader);
  const model::Objects before = objects;
  for (auto& [name, eip] : objects.eips) eip.rates.in_mbps = 10;
  EXPECT_TRUE(
      refused(vswitch.service().apply(objects), ErrorCode::timeout, "a worker has not passed a poll"));
  EXPECT_TRUE(vswitch.service().objects() == before);
  rcu.leave(kReader);
  EXPECT_TRUE(succeeded(vswitch.service().apply(objects)));
  vswitch.settle();
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

}  // namespace
}  // namespace vipswitch::testing
