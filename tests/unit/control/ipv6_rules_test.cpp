// What docs/rules.md cannot show in one request: allocation of IPv6 addresses, and what a whole model of both
// families does.

#include "control/model/build.h"
#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::model {
namespace {

using test::refused;
using test::succeeded;

constexpr Ipv6 of_web(std::uint16_t high, std::uint16_t low) {
  return Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0, 0, high, low});
}
constexpr Ipv6 kHighest = Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0xffff, 0xffff, 0xffff, 0xff7f});
// Two addresses whose stable MACs are the same.
constexpr Ipv6 kOne = of_web(0x079b, 0xe143), kOther = of_web(0xe35a, 0x834c);
TEST(Ipv6RulesExample, StableMacsAreTheSame) {
  EXPECT_EQ(stable_mac(kOne), stable_mac(kOther));
}

Subnet dual_subnet(std::uint8_t length = 64) {
  return {.name = "dual",
          .vpc = "shop",
          .ipv4 = Ipv4Prefix{Ipv4(10, 80, 0, 0), 24},
          .gateway = Ipv4(10, 80, 0, 1),
          .ipv6 = Ipv6Prefix{of_web(0, 0), length},
          .gateway6 = of_web(0, 1)};
}

class Ipv6Rules : public test::RulesTest {
 protected:
  Ipv6Rules() { EXPECT_TRUE(succeeded(transaction_.add(dual_subnet()))); }

  const Havip& havip(const std::string& name) { return model_.objects().havips.find(name)->second; }
};

TEST_F(Ipv6Rules, AllocationGoesDownFromBelowTheReservedAnycastAddresses) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"first", "dual", {}, Ipv6()})));
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"second", "dual", {}, Ipv6()})));
  EXPECT_EQ(havip("first").ipv6, kHighest);
  EXPECT_EQ(havip("second").ipv6, previous_address(kHighest));
  EXPECT_FALSE(havip("first").ipv4);
}

TEST_F(Ipv6Rules, OneFamilyCanBeGivenAndTheOtherLeftOut) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"four", "dual", Ipv4(10, 80, 0, 100), {}})));
  EXPECT_FALSE(havip("four").ipv6);
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"both", "dual", Ipv4(10, 80, 0, 101), Ipv6()})));
  EXPECT_EQ(havip("both").ipv6, kHighest);
}

TEST_F(Ipv6Rules, SmallestSubnetIsUsedUp) {
  auto small = dual_subnet(120);
  small.name = "small";
  small.ipv4.reset();
  small.gateway.reset();
  small.ipv6->address = Ipv6::from_groups({0x2001, 0xdb8, 0x78, 0, 0, 0, 0, 0});
  small.gateway6 = Ipv6::from_groups({0x2001, 0xdb8, 0x78, 0, 0, 0, 0, 1});
  small.havip_quota = 1000;
  ASSERT_TRUE(succeeded(transaction_.add(small)));
  for (int i = 0; i < 126; ++i)  // ::2 to ::7f
    ASSERT_TRUE(succeeded(transaction_.add(Havip{"h" + std::to_string(i), "small", {}, {}}))) << i;
  EXPECT_TRUE(refused(transaction_.add(Havip{"more", "small", {}, {}}), ErrorCode::quota,
                      "subnet: \"small\" has no free address left, expected one in 2001:db8:78::/120"));
}

TEST_F(Ipv6Rules, SameStableMacInAnotherSubnetIsNoConflict) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"one", "dual", {}, kOne})));
  EXPECT_TRUE(
      refused(transaction_.add(Havip{"other", "dual", {}, kOther}), ErrorCode::rule,
              "ipv6: 2001:db8:77::e35a:834c would have MAC 0e:06:03:2a:03:18, as HAVIP \"one\" of the "
              "same subnet has, expected another address"));
  ASSERT_TRUE(succeeded(transaction_.remove_havip("one")));
  EXPECT_TRUE(succeeded(transaction_.add(Havip{"other", "dual", {}, kOther})));
}

TEST_F(Ipv6Rules, VpcAndSubnetNameEachUserOnce) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"twin", "dual", {}, {}})));
  EXPECT_TRUE(
      refused(transaction_.remove_subnet("dual"), ErrorCode::in_use,
              "subnet: \"dual\" is used by HAVIP \"twin\", expected a subnet without ports and HAVIPs"));
  EXPECT_TRUE(refused(
      transaction_.remove_vpc("shop"), ErrorCode::in_use,
      "vpc: \"shop\" is used by subnet \"web\", subnet \"dual\", expected a VPC without subnets and routes"));
}

TEST_F(Ipv6Rules, EachFamilyOfAHavipHasAnEip) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"twin", "dual", {}, {}})));
  const EipTarget twin{TargetKind::kHavip, "twin"};
  ASSERT_TRUE(succeeded(transaction_.add(Eip{"e4", Ipv4(203, 0, 113, 20), twin})));
  ASSERT_TRUE(succeeded(
      transaction_.add(Eip{"e6", Ipv6::from_groups({0x2001, 0xdb8, 0x113, 0, 0, 0, 0, 0x20}), twin})));
  EXPECT_TRUE(refused(
      transaction_.remove_havip("twin"), ErrorCode::in_use,
      "havip: \"twin\" is used by EIP \"e4\", EIP \"e6\", expected it unbound from ports, EIP and routes"));
  ASSERT_TRUE(succeeded(transaction_.unbind_eip("e6")));
  EXPECT_EQ(model_.objects().eips.find("e4")->second.target, twin);
}

TEST_F(Ipv6Rules, PortWithoutAddressIsToldBothRanges) {
  Port port;
  port.name = "new";
  port.instance = "new";
  port.subnet = "dual";
  port.mac = Mac(0x52, 0x54, 0, 0, 0, 0x99);
  port.device = "net_null99";
  EXPECT_TRUE(refused(transaction_.add(port), ErrorCode::invalid_argument,
                      "ipv4, ipv6: no address is given, expected one in 10.80.0.0/24 or 2001:db8:77::/64"));
}

TEST_F(Ipv6Rules, LinkLocalGatewayOfTheUplinkIsAHost) {
  auto uplink = *model_.objects().uplink;
  uplink.addresses6 = {{Ipv6::from_groups({0x2001, 0xdb8, 0x51, 0, 0, 0, 0, 2}), 64}};
  uplink.gateway6 = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_TRUE(
      refused(transaction_.set_uplink(uplink), ErrorCode::invalid_argument,
              "gateway6: fe80:: is the subnet-router anycast address of fe80::/64, expected fe80::1 to "
              "fe80::ffff:ffff:ffff:ffff"));
  uplink.gateway6 = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_TRUE(succeeded(transaction_.set_uplink(uplink)));
}

TEST_F(Ipv6Rules, SubnetAroundAnEipOfItsVpcIsRefused) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"twin", "dual", {}, {}})));
  ASSERT_TRUE(
      succeeded(transaction_.add(Eip{"e6", Ipv6::from_groups({0x2001, 0xdb8, 0x113, 0, 0, 0, 0, 0x20}),
                                     EipTarget{TargetKind::kHavip, "twin"}})));
  Subnet around{.name = "around", .vpc = "shop"};
  around.ipv6 = Ipv6Prefix{Ipv6::from_groups({0x2001, 0xdb8, 0x113, 0, 0, 0, 0, 0}), 64};
  around.gateway6 = Ipv6::from_groups({0x2001, 0xdb8, 0x113, 0, 0, 0, 0, 1});
  EXPECT_TRUE(
      refused(transaction_.add(around), ErrorCode::rule,
              "ipv6: 2001:db8:113::/64 covers 2001:db8:113::20 of EIP \"e6\", expected a range without "
              "EIPs of VPC \"shop\""));
}

// Each lacks what the other one has: the free address that one would get is not free.
TEST(Ipv6Build, HavipsKeepTheirAddressesBeforeAnyGetsANewOne) {
  auto world = test::make_world();
  world.subnets["dual"] = dual_subnet();
  world.havips["a"] = Havip{"a", "dual", Ipv4(), Ipv6()};
  world.havips["b"] = Havip{"b", "dual", Ipv4(), Ipv6()};
  auto current = std::get<Model>(build(world)).objects();
  current.havips.at("a").ipv6.reset();
  current.havips.at("b").ipv4.reset();
  current.havips.at("b").ipv6 = kHighest;
  current.havips.at("a").ipv4 = Ipv4(10, 80, 0, 254);
  const auto built = build(world, current);
  ASSERT_TRUE(std::holds_alternative<Model>(built)) << std::get<Violation>(built).error.message;
  const auto& havips = std::get<Model>(built).objects().havips;
  EXPECT_EQ(havips.at("a").ipv4, Ipv4(10, 80, 0, 254));
  EXPECT_EQ(havips.at("b").ipv6, kHighest);
  EXPECT_NE(havips.at("a").ipv6, kHighest);
  EXPECT_NE(havips.at("b").ipv4, Ipv4(10, 80, 0, 254));
}

// A later load of the file that named no addresses.
TEST(Ipv6Build, HavipKeepsTheAddressesItHasAndGetsTheOneItLacks) {
  auto world = test::make_world();
  auto subnet = dual_subnet();
  world.subnets["dual"] = subnet;
  world.havips["twin"] = Havip{"twin", "dual", {}, {}};
  const auto first = std::get<Model>(build(world));
  auto current = first.objects();
  current.havips.at("twin").ipv4 = Ipv4(10, 80, 0, 77);
  current.havips.at("twin").ipv6.reset();
  const auto next = std::get<Model>(build(world, current));
  EXPECT_EQ(next.objects().havips.at("twin").ipv4, Ipv4(10, 80, 0, 77));
  EXPECT_EQ(next.objects().havips.at("twin").ipv6, kHighest);
}

TEST(AddressRuns6, NeighboursCarryAndBorrow) {
  EXPECT_EQ(next_address(of_web(0, 0xffff)), of_web(1, 0));
  EXPECT_EQ(previous_address(of_web(1, 0)), of_web(0, 0xffff));
  AddressRuns<Ipv6> runs;
  runs.insert(of_web(1, 0));
  runs.insert(of_web(0, 0xffff));
  EXPECT_EQ(runs.highest_free(of_web(1, 0)), of_web(0, 0xfffe));
  runs.erase(of_web(0, 0xffff));
  EXPECT_EQ(runs.highest_free(of_web(1, 0)), of_web(0, 0xffff));
}

}  // namespace
}  // namespace vipswitch::model
