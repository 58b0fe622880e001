#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::model {
namespace {

using test::refused;
using test::succeeded;

class EipRules : public test::RulesTest {
 protected:
  Result<void> add(const std::string& name, Ipv4 address) {
    return transaction_.add(Eip{name, address, std::nullopt});
  }
};

TEST_F(EipRules, AddressThatNoHostHasIsRefused) {
  EXPECT_TRUE(refused(add("e", Ipv4(224, 0, 0, 18)), ErrorCode::invalid_argument,
                      "ipv4: 224.0.0.18 lies in 224.0.0.0/4 (multicast), expected a unicast address"));
  EXPECT_TRUE(refused(add("e", Ipv4(127, 0, 0, 1)), ErrorCode::invalid_argument,
                      "ipv4: 127.0.0.1 lies in 127.0.0.0/8 (loopback), expected a unicast address"));
  EXPECT_TRUE(refused(add("e", Ipv4::broadcast()), ErrorCode::invalid_argument,
                      "ipv4: 255.255.255.255 lies in 240.0.0.0/4 (reserved), expected a unicast address"));
  EXPECT_FALSE(add("e", Ipv4()).ok());
}

TEST_F(EipRules, TakenAddressIsRefused) {
  EXPECT_TRUE(refused(add("e", Ipv4(203, 0, 113, 10)), ErrorCode::already_exists,
                      "ipv4: 203.0.113.10 is taken by EIP \"public\", expected a free address"));
}

TEST_F(EipRules, AddressesOfTheUplinkAreRefused) {
  EXPECT_TRUE(refused(add("e", Ipv4(198, 51, 100, 2)), ErrorCode::rule,
                      "ipv4: 198.51.100.2 is the uplink's own address, expected a free address"));
  EXPECT_TRUE(refused(add("e", Ipv4(198, 51, 100, 1)), ErrorCode::rule,
                      "ipv4: 198.51.100.1 is the uplink's gateway, expected a free address"));
  EXPECT_TRUE(refused(
      add("e", Ipv4(198, 51, 100, 0)), ErrorCode::rule,
      "ipv4: 198.51.100.0 is the network address of 198.51.100.0/24 on the uplink, expected a free address"));
  EXPECT_TRUE(refused(
      add("e", Ipv4(198, 51, 100, 255)), ErrorCode::rule,
      "ipv4: 198.51.100.255 is the broadcast address of 198.51.100.0/24 on the uplink, expected a free "
      "address"));
  EXPECT_TRUE(succeeded(add("e", Ipv4(198, 51, 100, 3))));
}

TEST_F(EipRules, SecondEipOfATargetIsRefused) {
  ASSERT_TRUE(succeeded(add("e", Ipv4(203, 0, 113, 11))));
  EXPECT_TRUE(refused(transaction_.bind_eip("e", {TargetKind::kHavip, "front"}), ErrorCode::rule,
                      "havip: \"front\" has EIP \"public\", expected a HAVIP without IPv4 EIP"));
}

TEST_F(EipRules, PortAndHavipOfOneNameAreDifferentTargets) {
  ASSERT_TRUE(succeeded(transaction_.add(test::make_port("front", 13))));
  ASSERT_TRUE(succeeded(add("e", Ipv4(203, 0, 113, 11))));
  EXPECT_TRUE(succeeded(transaction_.bind_eip("e", {TargetKind::kPort, "front"})));
}

TEST_F(EipRules, UnknownTargetIsRefused) {
  ASSERT_TRUE(succeeded(add("e", Ipv4(203, 0, 113, 11))));
  EXPECT_TRUE(refused(transaction_.bind_eip("e", {TargetKind::kHavip, "p11"}), ErrorCode::not_found,
                      "havip: \"p11\" does not exist, expected the name of a HAVIP"));
  EXPECT_TRUE(refused(transaction_.bind_eip("e", {TargetKind::kPort, "front"}), ErrorCode::not_found,
                      "port: \"front\" does not exist, expected the name of a port"));
}

TEST_F(EipRules, BindingABoundEipIsRefused) {
  EXPECT_TRUE(refused(transaction_.bind_eip("public", {TargetKind::kPort, "p11"}), ErrorCode::in_use,
                      "eip: \"public\" is bound to HAVIP \"front\", expected it unbound"));
}

TEST_F(EipRules, AddressInsideTheVpcOfTheTargetIsRefused) {
  ASSERT_TRUE(succeeded(add("e", Ipv4(10, 77, 0, 50))));
  EXPECT_TRUE(refused(
      transaction_.bind_eip("e", {TargetKind::kPort, "p11"}), ErrorCode::rule,
      "eip: 10.77.0.50 lies in 10.77.0.0/24 of subnet \"web\", expected an address outside VPC \"shop\""));
}

TEST_F(EipRules, DeletingABoundEipIsRefused) {
  EXPECT_TRUE(refused(transaction_.remove_eip("public"), ErrorCode::in_use,
                      "eip: \"public\" is bound to HAVIP \"front\", expected it unbound"));
  ASSERT_TRUE(succeeded(transaction_.unbind_eip("public")));
  EXPECT_TRUE(succeeded(transaction_.remove_eip("public")));
}

TEST_F(EipRules, UnknownEipIsRefused) {
  EXPECT_TRUE(refused(transaction_.unbind_eip("pub"), ErrorCode::not_found,
                      "eip: \"pub\" does not exist, expected the name of an EIP"));
}

TEST_F(EipRules, UnbindingAnUnboundEipIsRefused) {
  ASSERT_TRUE(succeeded(transaction_.unbind_eip("public")));
  EXPECT_TRUE(refused(transaction_.unbind_eip("public"), ErrorCode::not_found,
                      "eip: \"public\" is not bound, expected one that is"));
}

class UplinkRules : public test::RulesTest {
 protected:
  Uplink uplink_ = test::make_uplink();

  testing::AssertionResult set_refused(ErrorCode code, const std::string& message) {
    return refused(transaction_.set_uplink(uplink_), code, message);
  }
};

TEST_F(UplinkRules, SameUplinkAgainIsNoChange) {
  EXPECT_TRUE(succeeded(transaction_.set_uplink(uplink_)));
  EXPECT_TRUE(transaction_.changes().empty());
}

TEST_F(UplinkRules, DeviceOfAPortIsRefused) {
  uplink_.device = "net_af_packet11";
  EXPECT_TRUE(set_refused(ErrorCode::already_exists,
                          "device: \"net_af_packet11\" is taken by port \"p11\", expected another device"));
}

TEST_F(UplinkRules, AddressesMustBeHostsListedOnce) {
  uplink_.addresses.clear();
  EXPECT_TRUE(set_refused(ErrorCode::invalid_argument, "addresses: none is given, expected at least one"));
  uplink_.addresses = {{Ipv4(198, 51, 100, 0), 24}};
  EXPECT_TRUE(set_refused(
      ErrorCode::invalid_argument,
      "addresses: 198.51.100.0 is the network address of 198.51.100.0/24, expected 198.51.100.1 to "
      "198.51.100.254"));
  uplink_.addresses = {{Ipv4(198, 51, 100, 2), 31}};
  EXPECT_TRUE(
      set_refused(ErrorCode::invalid_argument, "addresses: 198.51.100.2/31 has length 31, expected 1 to 30"));
  uplink_.addresses = {{Ipv4(127, 0, 0, 2), 24}};
  EXPECT_TRUE(
      set_refused(ErrorCode::invalid_argument,
                  "addresses: 127.0.0.2/24 lies in 127.0.0.0/8 (loopback), expected a unicast address"));
  uplink_.addresses = {{Ipv4(198, 51, 100, 2), 24}, {Ipv4(198, 51, 100, 2), 25}};
  EXPECT_TRUE(set_refused(ErrorCode::invalid_argument,
                          "addresses: 198.51.100.2/24 is listed 2 times, expected once"));
}

TEST_F(UplinkRules, GatewayMustBeAnotherHostOnLink) {
  uplink_.gateway = Ipv4(192, 0, 2, 1);
  EXPECT_TRUE(
      set_refused(ErrorCode::invalid_argument,
                  "gateway: 192.0.2.1 is in no prefix of addresses, expected one in 198.51.100.0/24"));
  uplink_.gateway = Ipv4(198, 51, 100, 2);
  EXPECT_TRUE(set_refused(ErrorCode::invalid_argument,
                          "gateway: 198.51.100.2 is the uplink's own address, expected another host's"));
  uplink_.gateway = Ipv4(198, 51, 100, 255);
  EXPECT_TRUE(set_refused(
      ErrorCode::invalid_argument,
      "gateway: 198.51.100.255 is the broadcast address of 198.51.100.0/24, expected 198.51.100.1 to "
      "198.51.100.254"));
}

TEST_F(UplinkRules, MtuAndMacAreChecked) {
  uplink_.mtu = 575;
  EXPECT_TRUE(set_refused(ErrorCode::invalid_argument, "mtu: 575 is out of range, expected 576 to 9600"));
  uplink_.mtu = 1500;
  uplink_.mac = Mac::broadcast();
  EXPECT_TRUE(
      set_refused(ErrorCode::invalid_argument,
                  "mac: ff:ff:ff:ff:ff:ff is a group address, expected the unicast MAC of the interface"));
}

TEST_F(UplinkRules, AddressOfAnEipIsRefused) {
  uplink_.addresses.push_back({Ipv4(203, 0, 113, 10), 24});
  EXPECT_TRUE(set_refused(
      ErrorCode::rule,
      "addresses: EIP \"public\" has 203.0.113.10, which would be the uplink's own address, expected "
      "addresses that are no EIPs"));
}

TEST_F(UplinkRules, RemovalNeedsAnUplink) {
  ASSERT_TRUE(succeeded(transaction_.remove_uplink()));
  EXPECT_TRUE(refused(transaction_.remove_uplink(), ErrorCode::not_found,
                      "uplink: none is set, expected one to remove"));
}

TEST_F(UplinkRules, RemovedUplinkFreesItsDeviceAndAddresses) {
  ASSERT_TRUE(succeeded(transaction_.remove_uplink()));
  EXPECT_TRUE(succeeded(transaction_.add(Eip{"e", Ipv4(198, 51, 100, 2), std::nullopt})));
  auto port = test::make_port("p13", 13);
  port.device = uplink_.device;
  EXPECT_TRUE(succeeded(transaction_.add(port)));
}

}  // namespace
}  // namespace vipswitch::model
