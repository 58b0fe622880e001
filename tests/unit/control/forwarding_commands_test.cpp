// `start` and `stop`, and where they can be seen.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using ForwardingCommandsTest = test::SessionTest;

TEST_F(ForwardingCommandsTest, StoppedIsSaidFirst) {
  constexpr std::string_view kNotice = "FORWARDING IS STOPPED: start takes packets from the devices again\n";
  for (const char* command : {"show worker stats", "show port stats", "show port info"}) {
    EXPECT_FALSE(run(command).starts_with("FORWARDING")) << command;
    run("stop");
    EXPECT_TRUE(run(command).starts_with(kNotice)) << command;
    run("start");
  }
  EXPECT_EQ(nlohmann::json::parse(run("show worker stats json"))["forwarding"], true);
  run("stop");
  EXPECT_EQ(nlohmann::json::parse(run("show worker stats json"))["forwarding"], false);
}

}  // namespace
}  // namespace vipswitch::shell
