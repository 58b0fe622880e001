#include "control/ctl/ctl_options.h"

#include "tests/unit/control/support.h"

namespace vipswitch::ctl {
namespace {

using test::refused;

Result<CtlOptions> parse(std::vector<std::string> words, const char* environment = nullptr) {
  words.insert(words.begin(), "vipswitch-ctl");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_ctl_options(static_cast<int>(words.size()), argv.data(), environment);
}

std::string command(std::vector<std::string> words) {
  const auto options = parse(std::move(words));
  return options ? options.value().command.value_or("none") : "error: " + options.error().message;
}

TEST(CtlOptions, NothingAsksForTheShellAtTheUsualPlace) {
  const auto options = parse({}).value();
  EXPECT_EQ(options.socket, "/run/vipswitch/control.sock");
  EXPECT_FALSE(options.command);
  EXPECT_FALSE(options.file);
  EXPECT_FALSE(options.keep_going);
}

TEST(CtlOptions, SocketOfTheCommandLineComesBeforeTheEnvironment) {
  EXPECT_EQ(parse({}, "/env").value().socket, "/env");
  EXPECT_EQ(parse({}, "").value().socket, "/run/vipswitch/control.sock");
  EXPECT_EQ(parse({"--socket", "/own"}, "/env").value().socket, "/own");
  EXPECT_EQ(parse({"-s/own"}, "/env").value().socket, "/own");
}

TEST(CtlOptions, FirstWordMayBeALineAndTheOthersAreWords) {
  EXPECT_EQ(command({"show havip"}), "show havip");
  EXPECT_EQ(command({"show havip", "--json"}), "show havip --json");
  EXPECT_EQ(command({"show", "havip", "front"}), "show havip front");
  EXPECT_EQ(command({"load", "a b.yaml"}), "load \"a b.yaml\"");
  EXPECT_EQ(command({"vpc", "del", ""}), "vpc del \"\"");
  EXPECT_EQ(command({"vpc", "del", "a\nquit"}), "vpc del \"a\nquit\"");
}

TEST(CtlOptions, JsonBelongsToTheCommand) {
  EXPECT_EQ(command({"--json", "show", "havip"}), "show havip --json");
  EXPECT_EQ(command({"show", "havip", "--json"}), "show havip --json");
  EXPECT_EQ(command({"show", "--keep-going", "-f"}), "show --keep-going -f");
  EXPECT_TRUE(refused(parse({"--json"}), ErrorCode::usage,
                      "--json without a command, expected one behind it, see vipswitch-ctl --help"));
}

TEST(CtlOptions, FileAndKeepGoing) {
  const auto options = parse({"--keep-going", "--file", "x"}).value();
  EXPECT_TRUE(options.keep_going);
  EXPECT_EQ(options.file, "x");
  EXPECT_TRUE(refused(parse({"-f", "x", "show"}), ErrorCode::usage,
                      "command \"show\" beside -f x, expected one of them, see vipswitch-ctl --help"));
}

TEST(CtlOptions, WhatIsWrongIsNamed) {
  EXPECT_TRUE(refused(parse({"--nonsense", "show"}), ErrorCode::usage,
                      "unknown option \"--nonsense\", see vipswitch-ctl --help"));
  EXPECT_TRUE(refused(parse({"-kx"}), ErrorCode::usage, "unknown option \"-x\", see vipswitch-ctl --help"));
  EXPECT_TRUE(refused(parse({"--json=yes", "show"}), ErrorCode::usage,
                      "unknown option \"--json=yes\", see vipswitch-ctl --help"));
  EXPECT_TRUE(
      refused(parse({"-s"}), ErrorCode::usage, "option \"-s\" needs a value, see vipswitch-ctl --help"));
}

TEST(CtlOptions, HelpNamesEveryOption) {
  const std::string help = kCtlHelp;
  for (const auto* option :
       {"-s, --socket", "-j, --json", "-f, --file", "-k, --keep-going", "-h, --help", "-V, --version"}) {
    EXPECT_NE(help.find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace vipswitch::ctl
