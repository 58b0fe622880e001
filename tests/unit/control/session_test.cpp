#include "control/shell/session.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using test::make_world;
using test::refused;
using test::succeeded;

class SessionTest : public test::SessionTest {
 protected:
  // A file of this test alone, removed with it.
  std::string write_file(const std::string& content) {
    std::string path = testing::TempDir() + "vipswitch-session-XXXXXX";
    close(mkstemp(path.data()));
    std::ofstream(path) << content;
    files_.push_back(path);
    return path;
  }
  void TearDown() override {
    for (const auto& path : files_) unlink(path.c_str());
  }

 private:
  std::vector<std::string> files_;
};

TEST_F(SessionTest, CommandsReachTheService) {
  EXPECT_EQ(run("vpc add lab vni 7"), "");
  EXPECT_EQ(run("subnet add lab-web vpc lab ipv4 10.77.0.0/24 gateway 10.77.0.1 havip_quota 2"), "");
  EXPECT_EQ(
      run("port add l1 instance lvm subnet lab-web mac 02:00:00:00:00:01 ipv4 10.77.0.2 device net_null5 nic "
          "secondary queues 2"),
      "");
  EXPECT_EQ(run("havip add lvip subnet lab-web"), "HAVIP lvip has 10.77.0.254\n");
  EXPECT_EQ(run("havip bind lvip l1"), "");
  EXPECT_EQ(run("eip add leip ipv4 203.0.113.99"), "");
  EXPECT_EQ(run("eip bind leip port l1"), "");
  const auto& objects = service_.objects();
  EXPECT_EQ(objects.subnets.at("lab-web").havip_quota, 2u);
  EXPECT_EQ(objects.ports.at("l1").nic, model::Nic::kSecondary);
  EXPECT_EQ(objects.ports.at("l1").queues, 2);
  EXPECT_EQ(objects.havips.at("lvip").ports, std::vector<std::string>{"l1"});
  EXPECT_EQ(objects.eips.at("leip").target, (model::EipTarget{model::TargetKind::kPort, "l1"}));
  for (const auto* line : {"eip unbind leip", "eip del leip", "havip unbind lvip l1", "havip del lvip",
                           "port del l1", "subnet del lab-web", "vpc del lab"}) {
    EXPECT_EQ(run(line), "") << line;
  }
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(SessionTest, FailurePrintsTheErrorAndReturnsIt) {
  EXPECT_TRUE(refused(session_.execute("vpc del shop"), ErrorCode::in_use,
                      "vpc: \"shop\" is used by subnet \"web\", expected a VPC without subnets and routes"));
  EXPECT_EQ(output_,
            "error: vpc: \"shop\" is used by subnet \"web\", expected a VPC without subnets and routes\n");
}

TEST_F(SessionTest, ShowReentersAsTheSameModel) {
  ASSERT_EQ(run("havip add vip subnet web"), "HAVIP vip has 10.77.0.254\n");
  const auto before = service_.objects();
  const auto script = "learn enforce\n" + run("uplink show") + run("vpc show") + run("subnet show") +
                      run("port show") + run("havip show") + run("eip show");
  EXPECT_EQ(run("show config"), script);
  ASSERT_TRUE(succeeded(service_.apply({})));
  ASSERT_TRUE(succeeded(session_.execute_file(write_file(script)))) << output_;
  EXPECT_EQ(service_.objects(), before);
}

TEST_F(SessionTest, ShowOfOneObjectPrintsItAlone) {
  EXPECT_EQ(run("havip show front"),
            "havip add front subnet web ipv4 10.77.0.100\nhavip bind front p11\nhavip bind front p12\n");
  EXPECT_EQ(run("vpc show nope"), "error: vpc: \"nope\" does not exist, expected one of the vpcs\n");
}

TEST_F(SessionTest, StartAndStopSwitchForwarding) {
  EXPECT_EQ(run("stop"), "");
  EXPECT_FALSE(runtime_.is_forwarding);
  EXPECT_EQ(run("start"), "");
  EXPECT_TRUE(runtime_.is_forwarding);
}

TEST_F(SessionTest, LoadAppliesAFile) {
  EXPECT_TRUE(run("load " + write_file("vpcs: [{name: only, vni: 5}]\n"))
                  .ends_with("done: 1 added, 7 removed, 0 changed\n"));
  model::Objects expected;
  expected.vpcs.emplace("only", test::make_vpc("only", 5));
  EXPECT_EQ(service_.objects(), expected);
}

TEST_F(SessionTest, LoadOfABadFileChangesNothing) {
  const auto path = write_file("vpcs: [{name: only, vni: 0}]\n");
  EXPECT_EQ(
      run("load " + path),
      "error: " + path + ":1: found vni \"0\", which is not a VNI, expected a number from 1 to 16777215\n");
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(SessionTest, FileGoesOnAfterAnErrorAndCountsThem) {
  const auto path = write_file("# a script\nvpc add lab vni 7\n\nvpc add lab vni 8\nhvip\nvpc del lab");
  EXPECT_TRUE(
      refused(session_.execute_file(path), ErrorCode::usage, path + ": 2 of 6 lines failed, expected none"));
  EXPECT_EQ(output_, "error: " + path + ":4: name: VPC \"lab\" already exists, expected a new name\n" +
                         "error: " + path + ":5: unknown command \"hvip\", did you mean \"havip\"?\n");
  EXPECT_EQ(service_.objects(), make_world());
}

TEST_F(SessionTest, FileEndsAtQuit) {
  EXPECT_TRUE(succeeded(session_.execute_file(write_file("quit\nvpc del shop\n"))));
  EXPECT_TRUE(session_.wants_quit());
  EXPECT_EQ(output_, "");
}

TEST_F(SessionTest, ShutdownEndsTheSessionAndTheSwitch) {
  EXPECT_EQ(run("quit"), "");
  EXPECT_TRUE(session_.wants_quit());
  EXPECT_FALSE(session_.wants_shutdown());
  EXPECT_EQ(run("shutdown"), "");
  EXPECT_TRUE(session_.wants_shutdown());
}

TEST_F(SessionTest, RelativeFileStartsAtTheUsersDirectory) {
  const auto path = write_file("vpcs: [{name: only, vni: 5}]\n");
  Session other(
      commands_, service_, runtime_, [](std::string_view) {}, testing::TempDir());
  EXPECT_TRUE(succeeded(other.run("load " + path.substr(path.rfind('/') + 1))));
  EXPECT_TRUE(succeeded(other.run("load " + path)));
  EXPECT_EQ(service_.objects().vpcs.size(), 1u);
}

TEST_F(SessionTest, WhatNobodyAskedForIsPrintedAsItIs) {
  session_.start_interactive(InputKind::kLines);
  session_.interject("owner_changed front\n");
  EXPECT_EQ(output_, "vipswitch> owner_changed front\n");
}

TEST_F(SessionTest, MissingFileIsNamed) {
  EXPECT_FALSE(session_.execute_file("/nonexistent/script").ok());
  EXPECT_EQ(output_, "error: /nonexistent/script: No such file or directory, expected a readable file\n");
}

TEST_F(SessionTest, LinesFromAPipeMayArriveInPieces) {
  session_.start_interactive(InputKind::kLines);
  EXPECT_EQ(output_, "vipswitch> ");
  output_.clear();
  session_.feed("vpc sh");
  EXPECT_EQ(output_, "");
  session_.feed("ow\nvpc show shop\n");
  EXPECT_EQ(output_, "vpc add shop vni 1001\nvipswitch> vpc add shop vni 1001\nvipswitch> ");
}

TEST_F(SessionTest, QuitEndsThePipeAtOnce) {
  session_.start_interactive(InputKind::kLines);
  session_.feed("quit\nvpc show\n");
  EXPECT_TRUE(session_.wants_quit());
  EXPECT_EQ(output_, "vipswitch> ");
}

TEST_F(SessionTest, LastLineOfAPipeNeedsNoNewline) {
  session_.start_interactive(InputKind::kLines);
  session_.feed("vpc show");
  session_.end_of_input();
  EXPECT_EQ(output_, "vipswitch> vpc add shop vni 1001\n");
  EXPECT_TRUE(session_.wants_quit());
}

TEST_F(SessionTest, EndlessLineOfAPipeIsRefusedOnce) {
  session_.start_interactive(InputKind::kLines);
  const std::string piece(1 << 19, 'x');
  for (int i = 0; i < 6; ++i) session_.feed(piece);
  session_.feed("\nvpc show\n");
  EXPECT_EQ(output_,
            "vipswitch> error: line is too long, expected at most 1048576 characters\n"
            "vipswitch> vpc add shop vni 1001\nvipswitch> ");
}

TEST_F(SessionTest, HelpListsEveryCommand) {
  const auto help = run("help");
  for (const auto& command : commands_.commands()) {
    EXPECT_NE(help.find(std::string(command.pattern) + "\n"), std::string::npos) << command.pattern;
  }
}

TEST_F(SessionTest, HelpAboutAWordExplainsItsArguments) {
  EXPECT_EQ(run("help eip bind"), "error: help: surplus word \"bind\", usage: help WORD\n");
  const auto help = run("help havip");
  EXPECT_NE(
      help.find("havip bind HAVIP PORT\n    let a port claim a HAVIP\n    HAVIP      name of a HAVIP\n"),
      std::string::npos)
      << help;
  EXPECT_NE(help.find("show havip HAVIP [history] [failovers] [count COUNT] [json]\n"), std::string::npos);
  EXPECT_EQ(help.find("vpc add"), std::string::npos);
  EXPECT_EQ(run("help nonsense"),
            "error: help: no command is about \"nonsense\", expected a word such as havip or show\n");
}

}  // namespace
}  // namespace vipswitch::shell
