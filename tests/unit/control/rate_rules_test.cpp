// Rates in the model: what docs/rules.md does not show.

#include "tests/unit/control/rules_fixture.h"

namespace vipswitch::test {
namespace {

class RateRulesTest : public RulesTest {
 protected:
  const model::Rates& rates() const { return model_.objects().eips.find("public")->second.rates; }
};

TEST_F(RateRulesTest, WhatIsNotSaidStays) {
  ASSERT_TRUE(succeeded(transaction_.set_eip_rates("public", {.in_mbps = 10, .burst_kb = 64})));
  ASSERT_TRUE(succeeded(transaction_.set_eip_rates("public", {.out_mbps = 20})));
  EXPECT_EQ(rates(), (model::Rates{10, 20, 64}));
  ASSERT_TRUE(succeeded(transaction_.set_eip_rates("public", {.in_mbps = std::optional<std::uint32_t>()})));
  EXPECT_EQ(rates(), (model::Rates{std::nullopt, 20, 64}));
}

TEST_F(RateRulesTest, BindingAndUnbindingKeepsThem) {
  ASSERT_TRUE(succeeded(transaction_.set_eip_rates("public", {.in_mbps = 10})));
  const auto target = *model_.objects().eips.find("public")->second.target;
  ASSERT_TRUE(succeeded(transaction_.unbind_eip("public")));
  EXPECT_EQ(rates().in_mbps, 10u);
  ASSERT_TRUE(succeeded(transaction_.bind_eip("public", target)));
  EXPECT_EQ(rates().in_mbps, 10u);
}

TEST_F(RateRulesTest, LastRateDoesNotGoWithoutItsBurst) {
  ASSERT_TRUE(succeeded(transaction_.set_eip_rates("public", {.in_mbps = 10, .burst_kb = 64})));
  EXPECT_TRUE(refused(transaction_.set_eip_rates("public", {.in_mbps = std::optional<std::uint32_t>()}),
                      ErrorCode::invalid_argument,
                      "burst: is given without a rate, expected both or neither"));
  EXPECT_EQ(rates().in_mbps, 10u);
}

TEST_F(RateRulesTest, UnknownNames) {
  EXPECT_TRUE(refused(transaction_.set_eip_rates("x", {}), ErrorCode::not_found,
                      "eip: \"x\" does not exist, expected the name of an EIP"));
  EXPECT_TRUE(refused(transaction_.set_port("x", {}), ErrorCode::not_found,
                      "port: \"x\" does not exist, expected the name of a port"));
}

TEST_F(RateRulesTest, PortsKeepWhatIsNotSaid) {
  ASSERT_TRUE(succeeded(transaction_.set_port("p11", {.forwards = true, .rate_mbps = 100})));
  ASSERT_TRUE(succeeded(transaction_.set_port("p11", {.burst_kb = 512})));
  const auto& port = model_.objects().ports.find("p11")->second;
  EXPECT_TRUE(port.forwards);
  EXPECT_EQ(port.rate_mbps, 100u);
  EXPECT_EQ(port.burst_kb, 512u);
}

TEST(Burst, IsTwentyMillisecondsOfTheRateOr64KilobytesUnlessSaid) {
  EXPECT_EQ(model::burst_bytes(1, std::nullopt), 64'000u);
  EXPECT_EQ(model::burst_bytes(1000, std::nullopt), 2'500'000u);
  EXPECT_EQ(model::burst_bytes(400'000, std::nullopt), 1'000'000'000u);
  EXPECT_EQ(model::burst_bytes(1000, 16), 16'000u);
}

}  // namespace
}  // namespace vipswitch::test
