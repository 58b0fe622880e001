// What guests of a subnet are told: what docs/rules.md does not show.

#include "tests/unit/control/rules_fixture.h"
#include "vipswitch/limits.h"

namespace vipswitch::test {
namespace {

constexpr Ipv4 kVia{10, 77, 0, 5};

class GuestRulesTest : public RulesTest {
 protected:
  Result<void> set_routes(std::vector<model::DhcpRoute> routes) {
    return transaction_.set_subnet("web", {.dhcp = model::Dhcp{.routes = std::move(routes)}});
  }
  const model::Subnet& web() const { return model_.objects().subnets.find("web")->second; }
};

TEST_F(GuestRulesTest, DnsServersHaveAMost) {
  std::vector<IpAddress> servers;
  for (std::uint8_t i = 0; i < kMaxSubnetDns; ++i) servers.push_back(Ipv4(10, 77, 0, i));
  EXPECT_TRUE(succeeded(transaction_.set_subnet("web", {.dns = servers})));
  servers.push_back(Ipv4(10, 77, 0, 99));
  EXPECT_TRUE(refused(transaction_.set_subnet("web", {.dns = servers}), ErrorCode::invalid_argument,
                      "dns: 9 addresses are given, expected at most 8"));
  EXPECT_EQ(web().dns.size(), kMaxSubnetDns);
}

TEST_F(GuestRulesTest, DnsServerTwiceIsRefused) {
  const IpAddress server = Ipv4(10, 77, 0, 2);
  EXPECT_TRUE(refused(transaction_.set_subnet("web", {.dns = std::vector{server, server}}),
                      ErrorCode::invalid_argument, "dns: 10.77.0.2 is given twice, expected it once"));
}

TEST_F(GuestRulesTest, RoutesHaveAMost) {
  std::vector<model::DhcpRoute> routes;
  for (std::uint8_t i = 0; i < kMaxDhcpRoutes; ++i) routes.push_back({{Ipv4(10, i, 0, 0), 16}, kVia});
  EXPECT_TRUE(succeeded(set_routes(routes)));
  routes.push_back({{Ipv4(10, 99, 0, 0), 16}, kVia});
  EXPECT_TRUE(refused(set_routes(routes), ErrorCode::invalid_argument,
                      "dhcp_routes: 17 are given, expected at most 16"));
  EXPECT_EQ(web().dhcp->routes.size(), kMaxDhcpRoutes);
}

TEST_F(GuestRulesTest, RouteTwiceIsRefused) {
  const model::DhcpRoute route{{Ipv4(10, 9, 0, 0), 16}, kVia};
  EXPECT_TRUE(refused(set_routes({route, route}), ErrorCode::invalid_argument,
                      "dhcp_routes: 10.9.0.0/16 is given twice, expected it once"));
}

TEST_F(GuestRulesTest, HostBitsOfARouteAreRefused) {
  EXPECT_TRUE(refused(set_routes({{{Ipv4(10, 9, 0, 1), 16}, kVia}}), ErrorCode::invalid_argument,
                      "dhcp_routes: 10.9.0.1/16 has host bits set, expected 10.9.0.0/16"));
}

TEST_F(GuestRulesTest, LeaseWithoutIpv4IsRefused) {
  model::Subnet six;
  six.name = "six";
  six.vpc = "shop";
  six.ipv6 = Ipv6Prefix{Ipv6::from_groups({0x2001, 0xdb8, 0x99, 0, 0, 0, 0, 0}), 64};
  six.gateway6 = Ipv6::from_groups({0x2001, 0xdb8, 0x99, 0, 0, 0, 0, 1});
  six.dhcp->lease_s = 600;
  EXPECT_TRUE(refused(transaction_.add(six), ErrorCode::invalid_argument,
                      "dhcp: is given without ipv4, expected both or neither"));
}

}  // namespace
}  // namespace vipswitch::test
