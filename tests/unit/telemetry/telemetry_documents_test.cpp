#include "control/telemetry/telemetry_documents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <string>

#include "tests/unit/telemetry/canned_switch.h"

namespace vipswitch::telemetry {
namespace {

using shell::Json;
using ::testing::HasSubstr;

class TelemetryDocumentsTest : public ::testing::Test {
 protected:
  TelemetryDocumentsTest() {
    test::fill(runtime);
    EXPECT_TRUE(test::succeeded(service.apply(test::make_world())));
  }
  Result<Json> make(std::string_view command, std::string_view parameter = "") {
    return make_document({commands, service, runtime}, command, parameter);
  }

  test::RecordingPublisher publisher;
  Service service{publisher};
  test::CannedRuntime runtime;
  shell::CommandSet commands;
};

TEST_F(TelemetryDocumentsTest, InfoCountsTheObjects) {
  const auto info = make("/vipswitch/info");
  ASSERT_TRUE(test::succeeded(info));
  EXPECT_EQ(info.value()["uptime_ms"], 60'000);
  EXPECT_EQ(info.value()["forwarding"], true);
  EXPECT_EQ(info.value()["ports"], 2);
  EXPECT_EQ(info.value()["havips"], 1);
}

TEST_F(TelemetryDocumentsTest, EachHavipHasItsOwnerAndState) {
  const auto havips = make("/vipswitch/havip");
  ASSERT_TRUE(test::succeeded(havips));
  EXPECT_EQ(havips.value()["total"], 2);
  EXPECT_EQ(havips.value()["havips"][0],
            (Json{{"name", "back"}, {"address", "10.77.0.101"}, {"owner", ""}, {"state", "released"}}));
  EXPECT_EQ(
      havips.value()["havips"][1],
      (Json{{"name", "front"}, {"address", "10.77.0.100"}, {"owner", "vm1-eth0"}, {"state", "owned_vrrp"}}));
}

TEST_F(TelemetryDocumentsTest, OneHavipIsThatOfTheShell) {
  HavipStatus front{};
  front.name = "front";
  front.owner = "p11";
  runtime.havips = {front};
  const auto havip = make("/vipswitch/havip", "front");
  ASSERT_TRUE(test::succeeded(havip));
  EXPECT_EQ(havip.value()["owner"], "p11");
}

// `json` is a keyword of the shell, and a name like any other here.
TEST_F(TelemetryDocumentsTest, NameIsNeverAKeyword) {
  const auto havip = make("/vipswitch/havip", "json");
  ASSERT_FALSE(havip.ok());
  EXPECT_EQ(havip.error().code, ErrorCode::not_found);
  EXPECT_THAT(havip.error().message, HasSubstr("\"json\""));
}

TEST_F(TelemetryDocumentsTest, CountersStandForThemselves) {
  EXPECT_EQ(make("/vipswitch/drops").value(), (Json{{"truncated", 4}, {"spoofed_mac", 0}}));
  EXPECT_EQ(make("/vipswitch/learning").value(), (Json{{"advert", 12}}));
}

TEST_F(TelemetryDocumentsTest, PortsAreToldTogetherOrOneByName) {
  EXPECT_EQ(make("/vipswitch/ports").value()["ports"].size(), 1u);
  EXPECT_EQ(make("/vipswitch/ports", "vm1-eth0").value()["rx_packets"], 10);
  EXPECT_TRUE(test::refused(make("/vipswitch/ports", "nobody"), ErrorCode::not_found,
                            "port: \"nobody\" does not exist, expected one of the ports, or uplink"));
}

TEST_F(TelemetryDocumentsTest, DropsAreToldOfAllOrOfOnePort) {
  EXPECT_EQ(make("/vipswitch/drops", "vm1-eth0").value()["drops"]["truncated"], 4);
  EXPECT_EQ(make("/vipswitch/drops", "vm1-eth0").value()["tx_drops"]["mtu_exceeded"], 2);
  EXPECT_TRUE(test::refused(make("/vipswitch/drops", "nobody"), ErrorCode::not_found,
                            "port: \"nobody\" does not exist, expected one of the ports, or uplink"));
}

TEST_F(TelemetryDocumentsTest, SurplusParameterIsRefused) {
  EXPECT_TRUE(test::refused(make("/vipswitch/learning", "x"), ErrorCode::usage,
                            "/vipswitch/learning: parameter \"x\", expected none"));
}

TEST_F(TelemetryDocumentsTest, EveryCommandAnswersAnObject) {
  std::set<std::string> seen;
  for (const DocumentCommand& document : document_commands()) {
    const auto made = make(document.command);
    ASSERT_TRUE(test::succeeded(made)) << document.command;
    EXPECT_TRUE(made.value().is_object()) << document.command;
    EXPECT_TRUE(seen.insert(document.command).second) << document.command;
    EXPECT_LT(std::string_view(document.command).size(), 56u);  // of rte_telemetry
  }
}

}  // namespace
}  // namespace vipswitch::telemetry
