// Rates and the MSS clamp in the shell and the configuration file.

#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "control/config/config.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;
using test::refused;
using test::succeeded;

class RateCommands : public test::SessionTest {
 protected:
  json run_json(std::string_view line) { return json::parse(run(line)); }
  const model::Objects& objects() { return service_.objects(); }
  // What is shown makes the same objects again.
  void expect_reenters() {
    const auto before = objects();
    const auto commands = run("show config");
    ASSERT_TRUE(succeeded(service_.apply({})));
    std::istringstream lines(commands);
    for (std::string line; std::getline(lines, line);) EXPECT_EQ(run(line), "") << line;
    EXPECT_EQ(objects(), before);
  }
};

TEST_F(RateCommands, EipRatesAreSetShownAndRemoved) {
  EXPECT_EQ(run("eip set public rate_in 50 rate_out 60 burst 100"), "");
  EXPECT_EQ(objects().eips.at("public").rates, (model::Rates{50, 60, 100}));
  EXPECT_EQ(run("eip show public"),
            "eip add public ipv4 203.0.113.10\n"
            "eip set public rate_in 50 rate_out 60 burst 100\n"
            "eip bind public havip front\n");
  const auto shown = run_json("eip show public json");
  EXPECT_EQ(shown["rate_in_mbps"], 50);
  EXPECT_EQ(shown["rate_out_mbps"], 60);
  EXPECT_EQ(shown["burst_kb"], 100);
  expect_reenters();
  EXPECT_EQ(run("eip set public rate_in none burst none"), "");
  EXPECT_EQ(objects().eips.at("public").rates, (model::Rates{.out_mbps = 60}));
  EXPECT_EQ(run("eip show public"),
            "eip add public ipv4 203.0.113.10\n"
            "eip set public rate_out 60\n"
            "eip bind public havip front\n");
  EXPECT_EQ(run("eip set public rate_out none"), "");
  EXPECT_EQ(run("eip show public"), "eip add public ipv4 203.0.113.10\neip bind public havip front\n");
}

TEST_F(RateCommands, EipThatIsBoundElsewhereKeepsItsRates) {
  EXPECT_EQ(run("eip set public rate_in 50"), "");
  EXPECT_EQ(run("eip unbind public"), "");
  EXPECT_EQ(run("eip bind public port p11"), "");
  EXPECT_EQ(objects().eips.at("public").rates, (model::Rates{.in_mbps = 50}));
}

TEST_F(RateCommands, PortRateIsSetShownAndRemoved) {
  EXPECT_EQ(run("port set p11 rate 100 burst 128"), "");
  EXPECT_TRUE(run("port show p11").ends_with(" queues 1 rate 100 burst 128\n")) << output_;
  const auto shown = run_json("port show p11 json");
  EXPECT_EQ(shown["rate_mbps"], 100);
  EXPECT_EQ(shown["burst_kb"], 128);
  expect_reenters();
  EXPECT_EQ(run("port set p11 forwards true"), "");
  EXPECT_EQ(objects().ports.at("p11").rate_mbps, 100u);
  EXPECT_EQ(run("port set p11 burst none"), "");
  EXPECT_TRUE(run("port show p11").ends_with(" queues 1 forwards true rate 100\n")) << output_;
  EXPECT_EQ(run("port set p11 rate none"), "");
  EXPECT_TRUE(run("port show p11").ends_with(" queues 1 forwards true\n")) << output_;
}

TEST_F(RateCommands, NewPortMayHaveARate) {
  EXPECT_EQ(
      run("port add p13 instance vm13 subnet web mac 52:54:00:77:00:0d ipv4 10.77.0.13 device net_null13 "
          "rate 100 burst 128"),
      "");
  EXPECT_EQ(objects().ports.at("p13").rate_mbps, 100u);
  EXPECT_EQ(objects().ports.at("p13").burst_kb, 128u);
}

TEST_F(RateCommands, WhatIsNoLimitIsRefused) {
  const std::string rate = " is not a number, expected a number from 1 to 400000, or none\n";
  EXPECT_EQ(run("eip set public rate_in fast"), "error: rate_in: \"fast\"" + rate);
  EXPECT_EQ(run("port set p11 rate -1"), "error: rate: \"-1\"" + rate);
  EXPECT_EQ(run("port set p11 rate 1 burst 4294967296"),
            "error: burst: \"4294967296\" is out of range, expected a number from 16 to 1000000, or "
            "none\n");
}

TEST_F(RateCommands, ClampOfAVpcIsSetShownAndRemoved) {
  EXPECT_EQ(run("vpc set shop clamp_mss true"), "");
  EXPECT_EQ(run("vpc show shop"), "vpc add shop vni 1001 clamp_mss true\n");
  EXPECT_EQ(run_json("vpc show shop json")["clamp_mss"], true);
  expect_reenters();
  EXPECT_EQ(run("vpc set shop mtu 1400"), "");
  EXPECT_EQ(run("vpc show shop"), "vpc add shop vni 1001 mtu 1400 clamp_mss true\n");
  EXPECT_EQ(run("vpc set shop clamp_mss false"), "");
  EXPECT_EQ(run("vpc show shop"), "vpc add shop vni 1001 mtu 1400\n");
}

TEST_F(RateCommands, ChangesArePublishedAndNothingElse) {
  publisher_.published.clear();
  EXPECT_EQ(run("eip set public rate_in 50"), "");
  EXPECT_EQ(run("port set p11 rate 50"), "");
  EXPECT_EQ(run("vpc set shop clamp_mss true"), "");
  ASSERT_EQ(publisher_.published.size(), 3u);
  EXPECT_EQ(publisher_.published[0].eips.size(), 1u);
  EXPECT_EQ(publisher_.published[1].ports.size(), 1u);
  EXPECT_EQ(publisher_.published[2].vpcs.size(), 1u);
  EXPECT_EQ(run("eip set public rate_in 50"), "");
  EXPECT_EQ(run("port set p11 rate 50"), "");
  EXPECT_EQ(run("vpc set shop clamp_mss true"), "");
  EXPECT_EQ(publisher_.published.size(), 3u);
}

TEST_F(RateCommands, CompletionOffersNone) {
  const auto words = [&](std::string_view line) {
    std::vector<std::string> offered;
    for (const auto& completion : commands_.complete(line, objects())) offered.push_back(completion.word);
    return offered;
  };
  EXPECT_EQ(words("eip set public "), (std::vector<std::string>{"burst", "rate_in", "rate_out"}));
  EXPECT_EQ(words("eip set public rate_in "), std::vector<std::string>{"none"});
}

constexpr char kFile[] = R"(vpcs: [{name: v, vni: 1, clamp_mss: true}]
subnets: [{name: s, vpc: v, ipv4: 10.0.0.0/24, gateway: 10.0.0.1}]
ports:
- {name: p, instance: i, subnet: s, mac: "02:00:00:00:00:01", ipv4: 10.0.0.2, device: net_null0, rate_mbps: 100, burst_kb: 128}
eips:
- {name: e, ipv4: 192.0.2.1, target: {port: p}, rate_in_mbps: 50, rate_out_mbps: 60, burst_kb: 100}
)";

TEST(RateKeys, AreRead) {
  const auto config = parse_config(kFile, "f.yaml");
  ASSERT_TRUE(succeeded(config));
  const auto& objects = config.value().objects;
  EXPECT_TRUE(objects.vpcs.at("v").clamp_mss);
  EXPECT_EQ(objects.ports.at("p").rate_mbps, 100u);
  EXPECT_EQ(objects.ports.at("p").burst_kb, 128u);
  EXPECT_EQ(objects.eips.at("e").rates, (model::Rates{50, 60, 100}));
}

TEST(RateKeys, BreakTheRulesWithTheLineOfTheirObject) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string text = kFile;
    return parse_config(text.replace(text.find(from), from.size(), to), "f.yaml");
  };
  EXPECT_TRUE(refused(with("rate_mbps: 100", "rate_mbps: 400001"), ErrorCode::invalid_argument,
                      "f.yaml:4: port \"p\": rate: 400001 is out of range, expected 1 to 400000 Mbit/s"));
  EXPECT_TRUE(refused(with("rate_in_mbps: 50, rate_out_mbps: 60, ", ""), ErrorCode::invalid_argument,
                      "f.yaml:6: eip \"e\": burst: is given without a rate, expected both or neither"));
  EXPECT_TRUE(refused(with("burst_kb: 128", "burst_kb: none"), ErrorCode::invalid_argument,
                      "f.yaml:4: found burst_kb \"none\", which is not a number, expected a number "
                      "from 16 to 1000000"));
  EXPECT_TRUE(refused(with("clamp_mss: true", "clamp_mss: on"), ErrorCode::invalid_argument,
                      "f.yaml:1: found clamp_mss \"on\", which is neither true nor false, expected true or "
                      "false"));
}

}  // namespace
}  // namespace vipswitch::shell
