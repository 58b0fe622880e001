// Dual stack: the shop gets IPv6 beside its IPv4; each address of a HAVIP has a slot of its own.

#include "control/publish/table_publisher.h"
#include "tests/unit/runtime/shop_fixture.h"

namespace vipswitch::testing {
namespace {

constexpr Ipv6 v6(std::uint16_t network, std::uint16_t host) {
  return Ipv6::from_groups({0x2001, 0xdb8, network, 0, 0, 0, 0, host});
}

class PublishIpv6 : public ShopFixture {
 protected:
  static constexpr Ipv6 kFront6 = v6(0x77, 0x100), kFrontEip6 = v6(0x113, 0x10);

  PublishIpv6() {
    EXPECT_TRUE(succeeded(apply([](model::Objects& desired) {
      auto& web = desired.subnets["web"];
      web.ipv6 = Ipv6Prefix{v6(0x77, 0), 64};
      web.gateway6 = v6(0x77, 1);
      desired.ports["vm1-eth0"].ipv6 = v6(0x77, 0x11);
      desired.ports["vm2-eth0"].ipv6 = v6(0x77, 0x12);
      desired.havips["front"].ipv6 = kFront6;
      desired.eips["front-public6"] =
          model::Eip{"front-public6", kFrontEip6, model::EipTarget{kToHavip, "front"}};
      desired.uplink->addresses6 = {{v6(0x51, 2), 64}};
      desired.uplink->gateway6 = v6(0x51, 1);
    })));
  }

  std::string owner_of(Family family) {
    const OwnerWord owner = vswitch.tables().havips.owner_word(slot("front", family));
    return owner.is_local() ? registry().port_name(owner.port()) : "";
  }
  void announce(Family family, std::string_view port) {
    vswitch.worker().now_ms = vswitch.now();
    decide(vswitch.worker(), slot("front", family), 1, [&](owner::Election& election, TimeMs now) {
      return election.announce(port_id(port), owner::Delivery::port_mac(), now);
    });
    vswitch.control().drain_events();
  }
};

TEST_F(PublishIpv6, TablesFollowTheModelAndBackAgain) {
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) { desired = {}; })));
  EXPECT_THAT(audit_empty(vswitch), IsEmpty());
}

TEST_F(PublishIpv6, AddressesOfAHavipAreOwnedApart) {
  announce(Family::kIpv4, "vm1-eth0");
  announce(Family::kIpv6, "vm2-eth0");
  EXPECT_EQ(owner_of(Family::kIpv4), "vm1-eth0");
  EXPECT_EQ(owner_of(Family::kIpv6), "vm2-eth0");
  const auto& decisions = vswitch.control().decisions();
  EXPECT_EQ(decisions.of(slot("front", Family::kIpv6)).back().to, "vm2-eth0");
}

TEST_F(PublishIpv6, AddressThatStaysKeepsItsOwnerWhenTheOtherChanges) {
  announce(Family::kIpv4, "vm1-eth0");
  announce(Family::kIpv6, "vm2-eth0");
  ASSERT_TRUE(
      succeeded(apply([](model::Objects& desired) { desired.havips["front"].ipv6 = v6(0x77, 0x101); })));
  EXPECT_EQ(owner_of(Family::kIpv4), "vm1-eth0");
  EXPECT_EQ(owner_of(Family::kIpv6), "");
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.eips.erase("front-public6");
    desired.havips["front"].ipv6.reset();
  })));
  EXPECT_EQ(owner_of(Family::kIpv4), "vm1-eth0");
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishIpv6, BindUnbindAndPinReachBothElections) {
  ASSERT_TRUE(succeeded(service().pin_havip("front", "vm2-eth0")));
  vswitch.settle();
  EXPECT_EQ(owner_of(Family::kIpv4), "vm2-eth0");
  EXPECT_EQ(owner_of(Family::kIpv6), "vm2-eth0");
  ASSERT_TRUE(succeeded(settled(service().unbind_havip("front", "vm2-eth0"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
  ASSERT_TRUE(succeeded(settled(service().bind_havip("front", "vm2-eth0"))));
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishIpv6, EipCanChangeItsFamily) {
  ASSERT_TRUE(succeeded(apply([](model::Objects& desired) {
    desired.eips.erase("front-public");
    desired.eips["front-public6"].address = Ipv4(203, 0, 113, 77);
  })));
  EXPECT_EQ(vswitch.tables().ipv6.eips.lookup(kFrontEip6), nullptr);
  EXPECT_THAT(audit(vswitch), IsEmpty());
}

TEST_F(PublishIpv6, StatusTellsBothAddresses) {
  announce(Family::kIpv6, "vm2-eth0");
  const auto summaries = vswitch.runtime().havip_summaries();
  ASSERT_EQ(summaries.size(), 2u);
  EXPECT_EQ(summaries[0].address, IpAddress(W::kFront));
  EXPECT_EQ(summaries[0].owner, "");
  EXPECT_EQ(summaries[1].address, IpAddress(kFront6));
  EXPECT_EQ(summaries[1].owner, "vm2-eth0");
}

TEST_F(PublishIpv6, NextHopOfOneFamilyLeavesTheOthers) {
  Event answered{};
  answered.kind = EventKind::kNextHopLearned;
  answered.address = v6(0x51, 1);
  answered.mac = Mac(2, 0, 0, 0, 0, 6);
  vswitch.worker().emit(answered);
  vswitch.control().drain_events();
  const UplinkRow* row = vswitch.tables().uplink.load();
  EXPECT_EQ(row->ipv6.gateway_mac, Mac(2, 0, 0, 0, 0, 6));
  EXPECT_EQ(row->ipv4.gateway_mac, W::kRouterMac);
}

}  // namespace
}  // namespace vipswitch::testing
