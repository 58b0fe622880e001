// The VRRP filter of a port in the shell and the configuration file.

#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include <nlohmann/json.hpp>

#include "control/config/config.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;
using test::refused;
using test::succeeded;

class VrrpFilterCommands : public test::SessionTest {
 protected:
  VrrpFilter filter() { return service_.objects().ports.at("p11").vrrp_filter; }
};

TEST_F(VrrpFilterCommands, EachDirectionIsSwitchedByItself) {
  EXPECT_EQ(run("port p11 vrrp-filter in on"), "");
  EXPECT_EQ(filter(), VrrpFilter::kIn);
  EXPECT_EQ(run("port p11 vrrp-filter out on"), "");
  EXPECT_EQ(filter(), VrrpFilter::kBoth);
  EXPECT_EQ(run("port p11 vrrp-filter in off"), "");
  EXPECT_EQ(filter(), VrrpFilter::kOut);
  EXPECT_EQ(run("port p11 vrrp-filter in off"), "");
  EXPECT_EQ(run("port p11 vrrp-filter out off"), "");
  EXPECT_EQ(filter(), VrrpFilter::kNone);
}

TEST_F(VrrpFilterCommands, SetSaysBothDirectionsAtOnce) {
  EXPECT_EQ(run("port set p11 vrrp_filter both"), "");
  EXPECT_EQ(filter(), VrrpFilter::kBoth);
  EXPECT_EQ(run("port set p11 forwards true"), "");
  EXPECT_EQ(filter(), VrrpFilter::kBoth);
  EXPECT_EQ(run("port set p11 vrrp_filter none"), "");
  EXPECT_EQ(filter(), VrrpFilter::kNone);
}

TEST_F(VrrpFilterCommands, WhatIsShownMakesTheSamePortAgain) {
  EXPECT_TRUE(run("port show p11").ends_with(" queues 1\n")) << output_;
  EXPECT_EQ(json::parse(run("port show p11 json"))["vrrp_filter"], "none");
  EXPECT_EQ(run("port p11 vrrp-filter out on"), "");
  EXPECT_TRUE(run("port show p11").ends_with(" vrrp_filter out\n")) << output_;
  EXPECT_EQ(json::parse(run("port show p11 json"))["vrrp_filter"], "out");
  const auto before = service_.objects();
  const auto commands = run("show config");
  ASSERT_TRUE(succeeded(service_.apply({})));
  std::istringstream lines(commands);
  for (std::string line; std::getline(lines, line);) EXPECT_EQ(run(line), "") << line;
  EXPECT_EQ(service_.objects(), before);
}

TEST_F(VrrpFilterCommands, ChangeIsPublishedOnceAndNothingElse) {
  publisher_.published.clear();
  EXPECT_EQ(run("port p11 vrrp-filter in on"), "");
  EXPECT_EQ(run("port p11 vrrp-filter in on"), "");
  ASSERT_EQ(publisher_.published.size(), 1u);
  EXPECT_EQ(publisher_.published[0].ports.size(), 1u);
}

TEST_F(VrrpFilterCommands, WhatIsNoFilterOrNoPortIsRefused) {
  EXPECT_EQ(run("port set p11 vrrp_filter all"),
            "error: vrrp_filter: \"all\" is not a VRRP filter, expected none, in, out or both\n");
  EXPECT_EQ(run("port p11 vrrp-filter in yes"),
            "error: in: \"yes\" is neither on nor off, expected on or off\n");
  EXPECT_EQ(run("port p99 vrrp-filter in on"),
            "error: port: \"p99\" does not exist, expected the name of a port\n");
}

constexpr char kFile[] = R"(vpcs: [{name: v, vni: 1}]
subnets: [{name: s, vpc: v, ipv4: 10.0.0.0/24, gateway: 10.0.0.1}]
ports:
- {name: p, instance: i, subnet: s, mac: "02:00:00:00:00:01", ipv4: 10.0.0.2, device: net_null0, vrrp_filter: in}
)";

TEST(VrrpFilterKey, IsRead) {
  const auto config = parse_config(kFile, "f.yaml");
  ASSERT_TRUE(succeeded(config));
  EXPECT_EQ(config.value().objects.ports.at("p").vrrp_filter, VrrpFilter::kIn);
}

TEST(VrrpFilterKey, OfAnotherWordIsRefusedWithItsLine) {
  std::string text = kFile;
  text.replace(text.find("vrrp_filter: in"), 15, "vrrp_filter: on");
  EXPECT_TRUE(
      refused(parse_config(text, "f.yaml"), ErrorCode::invalid_argument,
              "f.yaml:4: found vrrp_filter \"on\", which is not a VRRP filter, expected none, in, out or "
              "both"));
}

}  // namespace
}  // namespace vipswitch::shell
