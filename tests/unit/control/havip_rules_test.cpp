#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::model {
namespace {

using test::make_port;
using test::make_subnet;
using test::refused;
using test::succeeded;

class HavipRules : public test::RulesTest {
 protected:
  Result<void> add(const std::string& name, Ipv4 address = Ipv4()) {
    return transaction_.add(Havip{name, "web", address, {}});
  }
  std::optional<Ipv4> address_of(const std::string& name) {
    return model_.objects().havips.find(name)->second.ipv4;
  }
};

TEST_F(HavipRules, UnknownSubnetIsRefused) {
  EXPECT_TRUE(refused(transaction_.add(Havip{"vip", "wbe", {}, {}}), ErrorCode::not_found,
                      "subnet: \"wbe\" does not exist, expected the name of a subnet"));
}

TEST_F(HavipRules, GivenAddressMustBeFree) {
  EXPECT_TRUE(refused(add("vip", Ipv4(10, 77, 0, 11)), ErrorCode::already_exists,
                      "ipv4: 10.77.0.11 is taken by port \"p11\", expected a free address"));
  EXPECT_TRUE(refused(add("vip", Ipv4(10, 77, 0, 1)), ErrorCode::rule,
                      "ipv4: 10.77.0.1 is the gateway of subnet \"web\", expected a free address"));
  EXPECT_TRUE(
      refused(add("vip", Ipv4(10, 77, 0, 0)), ErrorCode::invalid_argument,
              "ipv4: 10.77.0.0 is the network address of 10.77.0.0/24, expected 10.77.0.1 to 10.77.0.254"));
}

TEST_F(HavipRules, AllocationTakesTheHighestFreeAddress) {
  ASSERT_TRUE(succeeded(add("a")));
  ASSERT_TRUE(succeeded(add("b")));
  EXPECT_EQ(address_of("a"), Ipv4(10, 77, 0, 254));
  EXPECT_EQ(address_of("b"), Ipv4(10, 77, 0, 253));
  ASSERT_TRUE(succeeded(transaction_.remove_havip("a")));
  ASSERT_TRUE(succeeded(add("c")));
  EXPECT_EQ(address_of("c"), Ipv4(10, 77, 0, 254));
}

TEST_F(HavipRules, AllocationSkipsAGatewayAtTheTop) {
  ASSERT_TRUE(
      succeeded(transaction_.add(make_subnet("db", "shop", Ipv4(10, 1, 0, 0), Ipv4(10, 1, 0, 6), 29))));
  ASSERT_TRUE(succeeded(transaction_.add(Havip{"vip", "db", {}, {}})));
  EXPECT_EQ(address_of("vip"), Ipv4(10, 1, 0, 5));
}

TEST_F(HavipRules, FullSubnetIsRefused) {
  ASSERT_TRUE(
      succeeded(transaction_.add(make_subnet("db", "shop", Ipv4(10, 1, 0, 0), Ipv4(10, 1, 0, 3), 29))));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(succeeded(transaction_.add(Havip{"vip" + std::to_string(i), "db", {}, {}}))) << i;
  }
  EXPECT_EQ(address_of("vip4"), Ipv4(10, 1, 0, 1));
  EXPECT_TRUE(refused(transaction_.add(Havip{"more", "db", {}, {}}), ErrorCode::quota,
                      "subnet: \"db\" has no free address left, expected one in 10.1.0.0/29"));
}

TEST_F(HavipRules, QuotaOfTheSubnetHolds) {
  for (int i = 1; i < 10; ++i) ASSERT_TRUE(succeeded(add("vip" + std::to_string(i))));
  EXPECT_TRUE(refused(add("more"), ErrorCode::quota,
                      "subnet: \"web\" has its 10 HAVIPs, expected at most its havip_quota"));
  ASSERT_TRUE(succeeded(transaction_.remove_havip("vip3")));
  EXPECT_TRUE(succeeded(add("more")));
}

TEST_F(HavipRules, PortOfAnotherSubnetIsRefused) {
  ASSERT_TRUE(succeeded(transaction_.add(make_subnet("db", "shop", Ipv4(10, 1, 0, 0), Ipv4(10, 1, 0, 1)))));
  auto port = make_port("db1", 13, "db");
  port.ipv4 = Ipv4(10, 1, 0, 13);
  ASSERT_TRUE(succeeded(transaction_.add(port)));
  EXPECT_TRUE(refused(transaction_.bind_havip("front", "db1"), ErrorCode::rule,
                      "port: \"db1\" is in subnet \"db\", expected a port of subnet \"web\""));
}

TEST_F(HavipRules, SecondVnicOfAnInstanceIsRefused) {
  auto port = make_port("p13", 13);
  port.instance = "vm11";
  port.nic = Nic::kSecondary;
  ASSERT_TRUE(succeeded(transaction_.add(port)));
  EXPECT_TRUE(
      refused(transaction_.bind_havip("front", "p13"), ErrorCode::rule,
              "port: \"p13\" belongs to instance \"vm11\", as does bound port \"p11\", expected one port an "
              "instance"));
}

TEST_F(HavipRules, SecondaryVnicMayBeBound) {
  auto port = make_port("p13", 13);
  port.nic = Nic::kSecondary;
  ASSERT_TRUE(succeeded(transaction_.add(port)));
  EXPECT_TRUE(succeeded(transaction_.bind_havip("front", "p13")));
}

TEST_F(HavipRules, BindingTwiceIsRefused) {
  EXPECT_TRUE(refused(transaction_.bind_havip("front", "p11"), ErrorCode::already_exists,
                      "port: \"p11\" is already bound to HAVIP \"front\", expected another port"));
}

TEST_F(HavipRules, EleventhPortIsRefused) {
  for (std::uint8_t i = 13; i <= 21; ++i) {
    const auto name = "p" + std::to_string(i);
    ASSERT_TRUE(succeeded(transaction_.add(make_port(name, i))));
  }
  for (std::uint8_t i = 13; i <= 20; ++i) {
    ASSERT_TRUE(succeeded(transaction_.bind_havip("front", "p" + std::to_string(i))));
  }
  EXPECT_TRUE(refused(transaction_.bind_havip("front", "p21"), ErrorCode::quota,
                      "port: \"p21\" is one too many for HAVIP \"front\", expected at most 10 ports"));
}

TEST_F(HavipRules, SeventeenthHavipOfAPortIsRefused) {
  auto subnet = make_subnet("db", "shop", Ipv4(10, 1, 0, 0), Ipv4(10, 1, 0, 1));
  subnet.havip_quota = 17;
  ASSERT_TRUE(succeeded(transaction_.add(subnet)));
  auto port = make_port("db1", 13, "db");
  port.ipv4 = Ipv4(10, 1, 0, 13);
  ASSERT_TRUE(succeeded(transaction_.add(port)));
  for (int i = 0; i < 16; ++i) {
    ASSERT_TRUE(succeeded(transaction_.add(Havip{"vip" + std::to_string(i), "db", {}, {}, {"db1"}})));
  }
  EXPECT_TRUE(refused(transaction_.add(Havip{"more", "db", {}, {}, {"db1"}}), ErrorCode::quota,
                      "havip: \"more\" is one too many for port \"db1\", expected at most 16 HAVIPs"));
}

TEST_F(HavipRules, UnknownNamesAreRefused) {
  EXPECT_TRUE(refused(transaction_.bind_havip("frnt", "p11"), ErrorCode::not_found,
                      "havip: \"frnt\" does not exist, expected the name of a HAVIP"));
  EXPECT_TRUE(refused(transaction_.bind_havip("front", "p99"), ErrorCode::not_found,
                      "port: \"p99\" does not exist, expected the name of a port"));
}

TEST_F(HavipRules, UnbindingWhatIsNotBoundIsRefused) {
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p11")));
  EXPECT_TRUE(refused(transaction_.unbind_havip("front", "p11"), ErrorCode::not_found,
                      "port: \"p11\" is not bound to HAVIP \"front\", expected one that is"));
}

TEST_F(HavipRules, OrderOfBindingIsKept) {
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p11")));
  ASSERT_TRUE(succeeded(transaction_.bind_havip("front", "p11")));
  EXPECT_EQ(model_.objects().havips.at("front").ports, (std::vector<std::string>{"p12", "p11"}));
}

TEST_F(HavipRules, DeletingWhileBoundNamesPortsAndEip) {
  EXPECT_TRUE(refused(
      transaction_.remove_havip("front"), ErrorCode::in_use,
      "havip: \"front\" is used by port \"p11\", port \"p12\", EIP \"public\", expected it unbound from "
      "ports, EIP and routes"));
}

TEST_F(HavipRules, UnboundHavipCanBeDeleted) {
  ASSERT_TRUE(succeeded(transaction_.unbind_eip("public")));
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p11")));
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p12")));
  EXPECT_TRUE(succeeded(transaction_.remove_havip("front")));
  EXPECT_TRUE(succeeded(add("again", Ipv4(10, 77, 0, 100))));
}

}  // namespace
}  // namespace vipswitch::model
