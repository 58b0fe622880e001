#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::model {
namespace {

using test::make_port;
using test::refused;
using test::succeeded;

class PortRules : public test::RulesTest {
 protected:
  Port port_ = make_port("p13", 13);

  testing::AssertionResult add_refused(ErrorCode code, const std::string& message) {
    return refused(transaction_.add(port_), code, message);
  }
};

TEST_F(PortRules, GoodPortIsAccepted) {
  EXPECT_TRUE(succeeded(transaction_.add(port_)));
}

TEST_F(PortRules, NameUplinkIsReserved) {
  port_.name = "uplink";
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument,
                          "name: \"uplink\" stands for the uplink, expected another name"));
}

TEST_F(PortRules, InstanceMustBeAName) {
  port_.instance = "";
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument,
                          "instance: \"\" is not a name, expected 1 to 63 letters, digits, '-', '_' or '.'"));
}

TEST_F(PortRules, UnknownSubnetIsRefused) {
  port_.subnet = "wbe";
  EXPECT_TRUE(
      add_refused(ErrorCode::not_found, "subnet: \"wbe\" does not exist, expected the name of a subnet"));
}

TEST_F(PortRules, MacThatNoInterfaceHasIsRefused) {
  const std::string rest = ", expected the unicast MAC of the interface";
  port_.mac = Mac();
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument, "mac: 00:00:00:00:00:00 is no address at all" + rest));
  port_.mac = Mac(0x01, 0, 0x5e, 0, 0, 0x12);
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument, "mac: 01:00:5e:00:00:12 is a group address" + rest));
  port_.mac = Mac::vrrp_ipv4(51);
  EXPECT_TRUE(add_refused(
      ErrorCode::invalid_argument,
      "mac: 00:00:5e:00:01:33 is a virtual router's (00:00:5e:00:00:00 to 00:00:5e:00:02:ff)" + rest));
  port_.mac = Mac(0x0e, 0x00, 10, 77, 0, 100);
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument,
                          "mac: 0e:00:0a:4d:00:64 is the switch's own (0e:00 and 0e:06)" + rest));
  port_.mac = Mac(0x0e, 0x06, 1, 2, 3, 4);
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument,
                          "mac: 0e:06:01:02:03:04 is the switch's own (0e:00 and 0e:06)" + rest));
}

TEST_F(PortRules, MacIsUniqueInTheVpcOnly) {
  port_.mac = make_port("", 11).mac;
  EXPECT_TRUE(
      add_refused(ErrorCode::already_exists,
                  "mac: 52:54:00:77:00:0b is taken by port \"p11\", expected one unused in VPC \"shop\""));
  ASSERT_TRUE(succeeded(transaction_.add(test::make_vpc("lab", 7))));
  ASSERT_TRUE(succeeded(
      transaction_.add(test::make_subnet("lab-web", "lab", Ipv4(10, 77, 0, 0), Ipv4(10, 77, 0, 1)))));
  port_.subnet = "lab-web";
  EXPECT_TRUE(succeeded(transaction_.add(port_)));
}

TEST_F(PortRules, AddressMustBeAFreeHostOfTheSubnet) {
  port_.ipv4 = Ipv4(10, 78, 0, 13);
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument,
                          "ipv4: 10.78.0.13 is outside 10.77.0.0/24, expected 10.77.0.1 to 10.77.0.254"));
  port_.ipv4 = Ipv4(10, 77, 0, 255);
  EXPECT_TRUE(add_refused(
      ErrorCode::invalid_argument,
      "ipv4: 10.77.0.255 is the broadcast address of 10.77.0.0/24, expected 10.77.0.1 to 10.77.0.254"));
  port_.ipv4 = Ipv4(10, 77, 0, 1);
  EXPECT_TRUE(add_refused(ErrorCode::rule,
                          "ipv4: 10.77.0.1 is the gateway of subnet \"web\", expected a free address"));
  port_.ipv4 = Ipv4(10, 77, 0, 12);
  EXPECT_TRUE(add_refused(ErrorCode::already_exists,
                          "ipv4: 10.77.0.12 is taken by port \"p12\", expected a free address"));
  port_.ipv4 = Ipv4(10, 77, 0, 100);
  EXPECT_TRUE(add_refused(ErrorCode::already_exists,
                          "ipv4: 10.77.0.100 is taken by HAVIP \"front\", expected a free address"));
}

TEST_F(PortRules, DeviceNameIsUniqueWhateverItsArguments) {
  port_.device = "net_af_packet11,iface=other";
  EXPECT_TRUE(add_refused(ErrorCode::already_exists,
                          "device: \"net_af_packet11\" is taken by port \"p11\", expected another device"));
  port_.device = "net_af_packet0,iface=other";
  EXPECT_TRUE(add_refused(ErrorCode::already_exists,
                          "device: \"net_af_packet0\" is taken by the uplink, expected another device"));
}

TEST_F(PortRules, DeviceMustBePrintableAndNamed) {
  const std::vector<std::string> devices{"", ",iface=x", "net tap", "net_tap0\n", std::string(64, 'd')};
  for (const auto& device : devices) {
    port_.device = device;
    EXPECT_TRUE(
        add_refused(ErrorCode::invalid_argument, "device: \"" + device +
                                                     "\" is not a device, expected af_packet or af_xdp with "
                                                     "an interface, or DPDK device arguments such as "
                                                     "net_af_packet1,iface=sw-vm1"));
  }
}

TEST_F(PortRules, QueuesAreLimited) {
  port_.queues = 0;
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument, "queues: 0 is out of range, expected 1 to 128"));
  port_.queues = 129;
  EXPECT_TRUE(add_refused(ErrorCode::invalid_argument, "queues: 129 is out of range, expected 1 to 128"));
}

TEST_F(PortRules, InstanceHasOnePrimaryVnic) {
  port_.instance = "vm11";
  EXPECT_TRUE(add_refused(ErrorCode::rule,
                          "nic: port \"p11\" is the primary vNIC of instance \"vm11\", expected secondary"));
  port_.nic = Nic::kSecondary;
  EXPECT_TRUE(succeeded(transaction_.add(port_)));
}

TEST_F(PortRules, DeletingWhileBoundNamesHavipsAndEip) {
  ASSERT_TRUE(
      succeeded(transaction_.add(Eip{"ssh", Ipv4(203, 0, 113, 11), EipTarget{TargetKind::kPort, "p11"}})));
  EXPECT_TRUE(refused(transaction_.remove_port("p11"), ErrorCode::in_use,
                      "port: \"p11\" is used by HAVIP \"front\", EIP \"ssh\", expected a port without "
                      "HAVIPs, EIP and routes"));
}

TEST_F(PortRules, DeletedPortFreesMacAddressDeviceAndInstance) {
  ASSERT_TRUE(succeeded(transaction_.add(port_)));
  ASSERT_TRUE(succeeded(transaction_.remove_port("p13")));
  port_.name = "again";
  EXPECT_TRUE(succeeded(transaction_.add(port_)));
}

}  // namespace
}  // namespace vipswitch::model
