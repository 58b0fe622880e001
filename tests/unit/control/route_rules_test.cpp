// Routes in the model: what docs/rules.md does not show, and that nothing is left of a refused request.

#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::test {
namespace {

using model::Route, model::ViaKind;

class RouteRulesTest : public RulesTest {
 protected:
  static Ipv4Prefix numbered(unsigned number) {
    return {Ipv4::from_host(Ipv4(172, 16, 0, 0).host() + (number << 8)), 24};
  }
};

TEST_F(RouteRulesTest, VpcHasAThousand) {
  for (unsigned i = 0; i < model::kMaxVpcRoutes; ++i)
    ASSERT_TRUE(succeeded(transaction_.add(Route{"shop", numbered(i), {ViaKind::kBlackhole}})));
  EXPECT_TRUE(refused(transaction_.add(Route{"shop", numbered(1000), {}}), ErrorCode::quota,
                      "vpc: \"shop\" has its 1000 routes, expected at most 1000"));
  ASSERT_TRUE(succeeded(transaction_.remove_route("shop", numbered(0))));
  EXPECT_TRUE(succeeded(transaction_.add(Route{"shop", numbered(1000), {}})));
}

TEST_F(RouteRulesTest, HostBitsAreRefused) {
  EXPECT_TRUE(refused(transaction_.add(Route{"shop", Ipv4Prefix{Ipv4(172, 16, 0, 1), 12}, {}}),
                      ErrorCode::invalid_argument,
                      "to: 172.16.0.1/12 has host bits set, expected 172.16.0.0/12"));
}

TEST_F(RouteRulesTest, RolledBackTransactionLeavesNothing) {
  const model::Model before = model_;
  {
    model::Transaction transaction(model_);
    ASSERT_TRUE(succeeded(transaction.add(Route{"shop", Ipv4Prefix(), {ViaKind::kHavip, "front"}})));
    ASSERT_TRUE(succeeded(transaction.set_port("p11", {.forwards = true})));
    EXPECT_EQ(transaction.changes().routes.size(), 1u);
    EXPECT_EQ(transaction.changes().ports.size(), 1u);
  }
  EXPECT_EQ(model_, before);
}

TEST_F(RouteRulesTest, NextHopLosesItsUserWithTheRoute) {
  ASSERT_TRUE(succeeded(transaction_.add(Route{"shop", Ipv4Prefix(), {ViaKind::kPort, "p12"}})));
  ASSERT_TRUE(succeeded(transaction_.unbind_havip("front", "p12")));
  EXPECT_TRUE(
      refused(transaction_.remove_port("p12"), ErrorCode::in_use,
              "port: \"p12\" is used by route \"shop 0.0.0.0/0\", expected a port without HAVIPs, EIP "
              "and routes"));
  ASSERT_TRUE(succeeded(transaction_.remove_route("shop", Ipv4Prefix())));
  EXPECT_TRUE(succeeded(transaction_.remove_port("p12")));
}

}  // namespace
}  // namespace vipswitch::test
