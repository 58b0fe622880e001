#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::model {
namespace {

using test::make_subnet;
using test::make_vpc;
using test::refused;
using test::succeeded;

class VpcRules : public test::RulesTest {};
class SubnetRules : public test::RulesTest {
 protected:
  Result<void> add(const char* name, Ipv4 network, std::uint8_t length, Ipv4 gateway) {
    return transaction_.add(make_subnet(name, "shop", network, gateway, length));
  }
};

TEST_F(VpcRules, NameOfStrangeCharactersIsRefused) {
  const std::vector<std::string> names{"", "a b", "a/b", "\xc3\xa4", std::string(64, 'x')};
  for (const auto& name : names) {
    EXPECT_TRUE(
        refused(transaction_.add(make_vpc(name, 5)), ErrorCode::invalid_argument,
                "name: \"" + name + "\" is not a name, expected 1 to 63 letters, digits, '-', '_' or '.'"));
  }
}

TEST_F(VpcRules, NameOf63CharactersIsAccepted) {
  EXPECT_TRUE(succeeded(transaction_.add(make_vpc(std::string(60, 'x') + "-_.", 5))));
}

TEST_F(VpcRules, TakenNameIsRefused) {
  EXPECT_TRUE(refused(transaction_.add(make_vpc("shop", 5)), ErrorCode::already_exists,
                      "name: VPC \"shop\" already exists, expected a new name"));
}

TEST_F(VpcRules, TakenVniNamesItsVpc) {
  EXPECT_TRUE(refused(transaction_.add(make_vpc("lab", 1001)), ErrorCode::already_exists,
                      "vni: 1001 is taken by VPC \"shop\", expected an unused one"));
}

TEST_F(VpcRules, VniOutsideTwentyFourBitsIsRefused) {
  EXPECT_TRUE(refused(transaction_.add(make_vpc("lab", 0)), ErrorCode::invalid_argument,
                      "vni: 0 is out of range, expected 1 to 16777215"));
  EXPECT_TRUE(refused(transaction_.add(make_vpc("lab", 1u << 24)), ErrorCode::invalid_argument,
                      "vni: 16777216 is out of range, expected 1 to 16777215"));
}

TEST_F(VpcRules, DeletingWhileUsedNamesTheUsers) {
  EXPECT_TRUE(refused(transaction_.remove_vpc("shop"), ErrorCode::in_use,
                      "vpc: \"shop\" is used by subnet \"web\", expected a VPC without subnets and routes"));
}

TEST_F(VpcRules, ManyUsersAreNotAllNamed) {
  for (std::uint8_t i = 1; i <= 7; ++i) {
    ASSERT_TRUE(succeeded(transaction_.add(
        make_subnet("s" + std::to_string(i), "shop", Ipv4(10, 1, i, 0), Ipv4(10, 1, i, 1)))));
  }
  EXPECT_TRUE(refused(transaction_.remove_vpc("shop"), ErrorCode::in_use,
                      "vpc: \"shop\" is used by subnet \"s1\", subnet \"s2\", subnet \"s3\", subnet \"s4\", "
                      "subnet \"s5\" and more, expected a VPC without subnets and routes"));
}

TEST_F(VpcRules, DeletingUnknownIsRefused) {
  EXPECT_TRUE(refused(transaction_.remove_vpc("shp"), ErrorCode::not_found,
                      "vpc: \"shp\" does not exist, expected the name of a VPC"));
}

TEST_F(VpcRules, DeletedVniCanBeUsedAgain) {
  ASSERT_TRUE(succeeded(transaction_.add(make_vpc("lab", 7))));
  ASSERT_TRUE(succeeded(transaction_.remove_vpc("lab")));
  EXPECT_TRUE(succeeded(transaction_.add(make_vpc("lab2", 7))));
}

TEST_F(SubnetRules, UnknownVpcIsRefused) {
  EXPECT_TRUE(refused(transaction_.add(make_subnet("db", "shp", Ipv4(10, 1, 0, 0), Ipv4(10, 1, 0, 1))),
                      ErrorCode::not_found, "vpc: \"shp\" does not exist, expected the name of a VPC"));
}

TEST_F(SubnetRules, HostBitsAreRefusedWithTheRightPrefix) {
  EXPECT_TRUE(refused(add("db", Ipv4(10, 1, 0, 5), 24, Ipv4(10, 1, 0, 1)), ErrorCode::invalid_argument,
                      "ipv4: 10.1.0.5/24 has host bits set, expected 10.1.0.0/24"));
}

TEST_F(SubnetRules, LengthIsLimited) {
  EXPECT_TRUE(refused(add("db", Ipv4(10, 1, 0, 0), 30, Ipv4(10, 1, 0, 1)), ErrorCode::invalid_argument,
                      "ipv4: 10.1.0.0/30 has length 30, expected 8 to 29"));
  EXPECT_TRUE(refused(add("db", Ipv4(10, 0, 0, 0), 7, Ipv4(10, 1, 0, 1)), ErrorCode::invalid_argument,
                      "ipv4: 10.0.0.0/7 has length 7, expected 8 to 29"));
  EXPECT_TRUE(succeeded(add("db", Ipv4(10, 1, 0, 0), 29, Ipv4(10, 1, 0, 1))));
}

TEST_F(SubnetRules, SpecialRangesAreRefused) {
  EXPECT_TRUE(refused(add("db", Ipv4(224, 1, 0, 0), 16, Ipv4(224, 1, 0, 1)), ErrorCode::invalid_argument,
                      "ipv4: 224.1.0.0/16 overlaps 224.0.0.0/4 (multicast), expected unicast addresses"));
  EXPECT_TRUE(
      refused(add("db", Ipv4(169, 254, 1, 0), 24, Ipv4(169, 254, 1, 1)), ErrorCode::invalid_argument,
              "ipv4: 169.254.1.0/24 overlaps 169.254.0.0/16 (link-local), expected unicast addresses"));
  EXPECT_FALSE(add("db", Ipv4(127, 0, 0, 0), 8, Ipv4(127, 0, 0, 1)).ok());
  EXPECT_FALSE(add("db", Ipv4(0, 0, 0, 0), 8, Ipv4(0, 0, 0, 1)).ok());
  EXPECT_FALSE(add("db", Ipv4(250, 0, 0, 0), 8, Ipv4(250, 0, 0, 1)).ok());
}

TEST_F(SubnetRules, OverlapInsideTheVpcIsRefused) {
  const std::string rest = " overlaps 10.77.0.0/24 of subnet \"web\", expected a range free in VPC \"shop\"";
  EXPECT_TRUE(refused(add("db", Ipv4(10, 77, 0, 0), 16, Ipv4(10, 77, 0, 1)), ErrorCode::rule,
                      "ipv4: 10.77.0.0/16" + rest));
  EXPECT_TRUE(refused(add("db", Ipv4(10, 0, 0, 0), 8, Ipv4(10, 77, 0, 1)), ErrorCode::rule,
                      "ipv4: 10.0.0.0/8" + rest));
  EXPECT_TRUE(refused(add("db", Ipv4(10, 77, 0, 128), 25, Ipv4(10, 77, 0, 129)), ErrorCode::rule,
                      "ipv4: 10.77.0.128/25" + rest));
  EXPECT_TRUE(refused(add("db", Ipv4(10, 77, 0, 0), 24, Ipv4(10, 77, 0, 1)), ErrorCode::rule,
                      "ipv4: 10.77.0.0/24" + rest));
}

TEST_F(SubnetRules, NeighboursAndOtherVpcsMayTouch) {
  EXPECT_TRUE(succeeded(add("below", Ipv4(10, 76, 255, 0), 24, Ipv4(10, 76, 255, 1))));
  EXPECT_TRUE(succeeded(add("above", Ipv4(10, 77, 1, 0), 24, Ipv4(10, 77, 1, 1))));
  ASSERT_TRUE(succeeded(transaction_.add(make_vpc("lab", 7))));
  EXPECT_TRUE(
      succeeded(transaction_.add(make_subnet("lab-web", "lab", Ipv4(10, 77, 0, 0), Ipv4(10, 77, 0, 1)))));
}

TEST_F(SubnetRules, GatewayMustBeAHostOfTheSubnet) {
  EXPECT_TRUE(refused(add("db", Ipv4(10, 1, 0, 0), 24, Ipv4(10, 2, 0, 1)), ErrorCode::invalid_argument,
                      "gateway: 10.2.0.1 is outside 10.1.0.0/24, expected 10.1.0.1 to 10.1.0.254"));
  EXPECT_TRUE(
      refused(add("db", Ipv4(10, 1, 0, 0), 24, Ipv4(10, 1, 0, 0)), ErrorCode::invalid_argument,
              "gateway: 10.1.0.0 is the network address of 10.1.0.0/24, expected 10.1.0.1 to 10.1.0.254"));
  EXPECT_TRUE(refused(
      add("db", Ipv4(10, 1, 0, 0), 24, Ipv4(10, 1, 0, 255)), ErrorCode::invalid_argument,
      "gateway: 10.1.0.255 is the broadcast address of 10.1.0.0/24, expected 10.1.0.1 to 10.1.0.254"));
}

TEST_F(SubnetRules, RangeAroundAnEipOfTheVpcIsRefused) {
  EXPECT_TRUE(refused(
      add("dmz", Ipv4(203, 0, 113, 0), 24, Ipv4(203, 0, 113, 1)), ErrorCode::rule,
      "ipv4: 203.0.113.0/24 covers 203.0.113.10 of EIP \"public\", expected a range without EIPs of VPC "
      "\"shop\""));
}

TEST_F(SubnetRules, QuotaCanBeSetButNotBelowTheHavipsThereAre) {
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"vip", "web", {}, {}})));
  EXPECT_TRUE(refused(transaction_.set_havip_quota("web", 1), ErrorCode::quota,
                      "havip_quota: 1 is less than the 2 HAVIPs of subnet \"web\", expected 2 or more"));
  EXPECT_TRUE(refused(transaction_.set_havip_quota("wbe", 1), ErrorCode::not_found,
                      "subnet: \"wbe\" does not exist, expected the name of a subnet"));
  ASSERT_TRUE(succeeded(transaction_.set_havip_quota("web", 2)));
  EXPECT_EQ(transaction_.add(Havip{"more", "web", {}, {}}).error().code, ErrorCode::quota);
  ASSERT_TRUE(succeeded(transaction_.set_havip_quota("web", 3)));
  EXPECT_TRUE(succeeded(transaction_.add(Havip{"more", "web", {}, {}})));
}

TEST_F(SubnetRules, QuotaThatIsSetIsOneChangeOfTheSubnet) {
  ASSERT_TRUE(succeeded(transaction_.set_havip_quota("web", 12)));
  const auto changes = transaction_.changes();
  ASSERT_EQ(changes.subnets.size(), 1u);
  EXPECT_EQ(changes.subnets[0].after->havip_quota, 12u);
  EXPECT_TRUE(changes.ports.empty() && changes.havips.empty());
  ASSERT_TRUE(succeeded(transaction_.set_havip_quota("web", kDefaultHavipQuota)));
  EXPECT_TRUE(transaction_.changes().empty());
}

TEST_F(SubnetRules, DeletingWhileUsedNamesPortsAndHavips) {
  EXPECT_TRUE(refused(
      transaction_.remove_subnet("web"), ErrorCode::in_use,
      "subnet: \"web\" is used by port \"p11\", port \"p12\", HAVIP \"front\", expected a subnet without "
      "ports and HAVIPs"));
}

TEST_F(SubnetRules, NeighboursMembersDoNotKeepASubnet) {
  ASSERT_TRUE(succeeded(add("above", Ipv4(10, 77, 1, 0), 24, Ipv4(10, 77, 1, 1))));
  EXPECT_TRUE(succeeded(transaction_.remove_subnet("above")));
}

}  // namespace
}  // namespace vipswitch::model
