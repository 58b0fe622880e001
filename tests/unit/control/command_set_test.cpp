#include "control/shell/command_set.h"

#include <gtest/gtest.h>
#include <set>

#include "tests/unit/control/support.h"

namespace vipswitch::shell {
namespace {

using test::refused;
using test::succeeded;

class CommandSetTest : public testing::Test {
 protected:
  // The pattern of the command that a line parses to, or the error.
  std::string pattern_of(std::string_view line) {
    const auto parsed = commands_.parse(line);
    if (!parsed) return "error: " + parsed.error().message;
    return parsed.value() ? std::string(parsed.value()->command->pattern) : "";
  }
  testing::AssertionResult usage_error(std::string_view line, const std::string& message) {
    return refused(commands_.parse(line), ErrorCode::usage, message);
  }
  testing::AssertionResult value_error(std::string_view line, const std::string& message) {
    return refused(commands_.parse(line), ErrorCode::invalid_argument, message);
  }
  std::vector<std::string> words(std::string_view line) {
    std::vector<std::string> words;
    for (const auto& completion : commands_.complete(line, world_)) words.push_back(completion.word);
    return words;
  }

  CommandSet commands_;
  model::Objects world_ = test::make_world();
};

using Words = std::vector<std::string>;

TEST_F(CommandSetTest, EmptyLinesAndCommentsAreNoCommand) {
  EXPECT_EQ(pattern_of(""), "");
  EXPECT_EQ(pattern_of("   # havip add"), "");
}

TEST_F(CommandSetTest, EveryCommandParsesFromItsOwnPattern) {
  for (const auto& command : commands_.commands()) {
    std::string line;
    for (const char c : command.pattern) {
      if (c != '[' && c != ']') line += c;
    }
    const auto replace = [&](const std::string& from, const std::string& to) {
      if (const auto at = line.find(from); at != std::string::npos) line.replace(at, from.size(), to);
    };
    for (const auto& [placeholder, value] : {std::pair<std::string, std::string>{" VNI", " 7"},
                                             {" PREFIX6", " 2001:db8::/32"},
                                             {" PREFIX", " 10.0.0.0/8"},
                                             {" ADDRESSES", " 192.0.2.1/24"},
                                             {" ADDRESS6", " 2001:db8::1"},
                                             {"ipv6 ADDRESS", "ipv6 2001:db8::1"},
                                             {" ADDRESS", " 10.0.0.1"},
                                             {" GATEWAY6", " 2001:db8::1"},
                                             {" GATEWAY", " 10.0.0.1"},
                                             {" MAC", " 02:00:00:00:00:01"},
                                             {" NIC", " primary"},
                                             {" COUNT", " 2"},
                                             {" MTU", " 1500"},
                                             {" CHOICE", " default"},
                                             {" SOURCE", " 10.0.0.1"},
                                             {" DESTINATION", " 10.0.0.1"},
                                             {" SMAC", " 02:00:00:00:00:01"},
                                             {" DMAC", " 02:00:00:00:00:01"},
                                             {" SPORT", " 2"},
                                             {" DPORT", " 2"},
                                             {" TTL", " 2"},
                                             {" BYTES", " 2"},
                                             {" VRID", " 2"},
                                             {" PRIORITY", " 2"},
                                             {" VERSION", " 2"},
                                             {" NUMBER", " 2"},
                                             {" RATE", " 2"},
                                             {" TRACE", " 2"},
                                             {" CAPTURE", " 2"},
                                             {" MODE", " observe"},
                                             {" MANAGED", " true"},
                                             {" FORWARDS", " true"},
                                             {" CLAMP", " true"},
                                             {" MBPS", " 10"},
                                             {" KB", " none"},
                                             {" IN", " 10"},
                                             {" OUT", " none"},
                                             {" SERVERS", " 10.0.0.2"},
                                             {" DHCP", " on"},
                                             {" SECONDS", " 60"},
                                             {" WHEN", " announced"},
                                             {" FILTER", " both"},
                                             {" STATE", " on"},
                                             {" ROUTES", " 10.9.0.0/16=10.0.0.5"}}) {
      replace(placeholder, value);
    }
    EXPECT_EQ(pattern_of(line), command.pattern) << line;
  }
}

TEST_F(CommandSetTest, EveryCommandAndArgumentHasHelp) {
  std::set<std::string_view> patterns;
  for (const auto& command : commands_.commands()) {
    EXPECT_FALSE(command.help.empty()) << command.pattern;
    EXPECT_TRUE(patterns.insert(command.pattern).second) << command.pattern;
    for (const auto& argument : command.arguments) EXPECT_FALSE(argument.help.empty()) << command.pattern;
  }
}

TEST_F(CommandSetTest, ArgumentsArriveTyped) {
  const auto parsed =
      commands_.parse("subnet add db vpc shop gateway 10.1.0.1 ipv4 10.1.0.0/24 havip_quota 3");
  ASSERT_TRUE(succeeded(parsed));
  const auto& arguments = parsed.value()->arguments;
  EXPECT_EQ(arguments.text("NAME"), "db");
  EXPECT_EQ(arguments.text("VPC"), "shop");
  EXPECT_EQ(arguments.get<Ipv4Prefix>("PREFIX"), (Ipv4Prefix{Ipv4(10, 1, 0, 0), 24}));
  EXPECT_EQ(arguments.get<Ipv4>("ADDRESS"), Ipv4(10, 1, 0, 1));
  EXPECT_EQ(arguments.get<std::uint64_t>("COUNT"), 3u);
}

TEST_F(CommandSetTest, OptionalKeywordMayBeMissing) {
  const auto parsed = commands_.parse("subnet add db vpc shop ipv4 10.1.0.0/24 gateway 10.1.0.1");
  ASSERT_TRUE(succeeded(parsed));
  EXPECT_FALSE(parsed.value()->arguments.has("COUNT"));
}

TEST_F(CommandSetTest, UnambiguousAbbreviationsAreAccepted) {
  EXPECT_EQ(pattern_of("v a lab vn 7"), "vpc add NAME vni VNI [mtu MTU] [clamp_mss CLAMP]");
  EXPECT_EQ(pattern_of("ha b front p11"), "havip bind HAVIP PORT");
  EXPECT_EQ(pattern_of("sh d j"), "show drops [json]");
}

TEST_F(CommandSetTest, AmbiguousAbbreviationNamesTheChoices) {
  EXPECT_TRUE(
      usage_error("s drops", "ambiguous word \"s\", expected one of save, show, start, stop, subnet"));
  EXPECT_TRUE(
      usage_error("show port s x", "show port stats: unknown word \"x\", usage: show port stats [json]"));
}

TEST_F(CommandSetTest, ExactLiteralComesBeforeAValueAndAValueBeforeAnAbbreviation) {
  EXPECT_EQ(pattern_of("show havip json"), "show havip [json]");
  EXPECT_EQ(pattern_of("show havip js"), "show havip HAVIP [history] [failovers] [count COUNT] [json]");
  EXPECT_EQ(pattern_of("show havip \"json\""), "show havip HAVIP [history] [failovers] [count COUNT] [json]");
  EXPECT_EQ(pattern_of("show havip json json"),
            "error: show havip: \"json\" is given twice, usage: show havip [json]");
}

TEST_F(CommandSetTest, AbbreviationCountsWhereTheValueBeforeItLeadsNowhere) {
  const std::string filter_in = "port PORT vrrp-filter in STATE";
  EXPECT_EQ(pattern_of("port sh p11"), "port show PORT [json]");
  EXPECT_EQ(pattern_of("port sh"), "port show [json]");
  EXPECT_EQ(pattern_of("po d p11"), "port del PORT");
  EXPECT_EQ(pattern_of("port p11 vrrp-filter in on"), filter_in);
  EXPECT_EQ(pattern_of("port sh vrrp-filter in on"), filter_in);
  EXPECT_EQ(pattern_of("show havip po p11"), "show havip port PORT [json]");
  EXPECT_EQ(words("port sh p1"), (Words{"p11", "p12"}));
  EXPECT_TRUE(usage_error("port s p11",
                          "port: unknown word \"p11\", usage: port PORT vrrp-filter in STATE | "
                          "port PORT vrrp-filter out STATE"));
}

TEST_F(CommandSetTest, MisspeltVerbWhereANameMayStandIsSuggested) {
  EXPECT_TRUE(usage_error("port dell p11", "port: unknown word \"dell\", did you mean \"del\"?"));
  EXPECT_TRUE(usage_error("port dell", "port: unknown word \"dell\", did you mean \"del\"?"));
  EXPECT_TRUE(usage_error("port p11",
                          "port: missing vrrp-filter, usage: port PORT vrrp-filter in STATE | port "
                          "PORT vrrp-filter out STATE"));
}

TEST_F(CommandSetTest, FlagMayBeSpelledAsAnOption) {
  EXPECT_EQ(pattern_of("show havip --json"), "show havip [json]");
  EXPECT_EQ(pattern_of("show havip front --json"),
            "show havip HAVIP [history] [failovers] [count COUNT] [json]");
  EXPECT_EQ(pattern_of("show drops --js"), "show drops [json]");
  EXPECT_EQ(pattern_of("show havip \"--json\""),
            "show havip HAVIP [history] [failovers] [count COUNT] [json]");
  EXPECT_EQ(pattern_of("--show drops"), "error: unknown command \"--show\", did you mean \"show\"?");
  EXPECT_EQ(pattern_of("show drops json --json"),
            "error: show drops: \"--json\" is given twice, usage: show drops [json]");
  EXPECT_EQ(pattern_of("show learning --"),
            "error: show learning: unknown word \"--\", usage: show learning [json]");
}

TEST_F(CommandSetTest, WhatEndsTheSwitchCannotBeAbbreviated) {
  EXPECT_EQ(pattern_of("sh drops"), "show drops [json]");
  EXPECT_EQ(pattern_of("shutdow"), "error: unknown command \"shutdow\", did you mean \"shutdown\"?");
  EXPECT_EQ(pattern_of("shutdown"), "shutdown");
}

TEST_F(CommandSetTest, UnknownCommandSuggestsTheNearest) {
  EXPECT_TRUE(usage_error("hvip add x", "unknown command \"hvip\", did you mean \"havip\"?"));
  EXPECT_TRUE(usage_error("frobnicate", "unknown command \"frobnicate\", try help"));
}

TEST_F(CommandSetTest, UnknownSecondWordSuggestsOrLists) {
  EXPECT_TRUE(usage_error("show eip", "show: unknown word \"eip\", did you mean \"eip show\"?"));
  EXPECT_TRUE(usage_error("show vpc shop", "show: unknown word \"vpc\", did you mean \"vpc show\"?"));
  EXPECT_TRUE(usage_error("havip bnid front p11", "havip: unknown word \"bnid\", did you mean \"bind\"?"));
  EXPECT_TRUE(
      usage_error("havip frobnicate",
                  "havip: unknown word \"frobnicate\", expected one of add, bind, del, follow, handover, "
                  "learn, pin, show, unbind, unpin"));
}

TEST_F(CommandSetTest, MissingWordsAreNamedWithTheUsage) {
  EXPECT_TRUE(usage_error("havip bind front", "havip bind: missing PORT, usage: havip bind HAVIP PORT"));
  EXPECT_TRUE(usage_error("havip bind", "havip bind: missing HAVIP, usage: havip bind HAVIP PORT"));
  EXPECT_TRUE(usage_error("havip",
                          "havip: missing word, expected one of add, bind, del, follow, handover, learn, "
                          "pin, show, unbind, unpin"));
  EXPECT_TRUE(usage_error(
      "vpc add lab", "vpc add: missing vni VNI, usage: vpc add NAME vni VNI [mtu MTU] [clamp_mss CLAMP]"));
  EXPECT_TRUE(
      usage_error("vpc set shop",
                  "vpc set: missing one of mtu, clamp_mss, usage: vpc set VPC [mtu MTU] [clamp_mss CLAMP]"));
  EXPECT_TRUE(usage_error("vpc add lab vni",
                          "vpc add: missing VNI, usage: vpc add NAME vni VNI [mtu MTU] [clamp_mss CLAMP]"));
  EXPECT_TRUE(usage_error("eip bind public",
                          "eip bind: missing havip HAVIP or port PORT, usage: eip bind EIP havip HAVIP | "
                          "eip bind EIP port PORT"));
}

TEST_F(CommandSetTest, SurplusRepeatedAndMistypedKeywordsAreNamed) {
  EXPECT_TRUE(usage_error("havip bind front p11 p12",
                          "havip bind: surplus word \"p12\", usage: havip bind HAVIP PORT"));
  EXPECT_TRUE(usage_error(
      "vpc add lab vni 7 vni 8",
      "vpc add: \"vni\" is given twice, usage: vpc add NAME vni VNI [mtu MTU] [clamp_mss CLAMP]"));
  EXPECT_TRUE(usage_error("vpc add lab vin 7", "vpc add: unknown word \"vin\", did you mean \"vni\"?"));
  EXPECT_TRUE(usage_error("load \"a b", "\"a b\" is not closed, expected a closing quote"));
}

TEST_F(CommandSetTest, ValuesThatCannotBeReadAreNamedByTheirKeyword) {
  EXPECT_TRUE(
      value_error("subnet add db vpc shop ipv4 10.1.0.0/24 gateway 10.77.0",
                  "gateway: \"10.77.0\" is not an IPv4 address, expected four numbers such as 10.77.0.1"));
  EXPECT_TRUE(
      value_error("vpc add lab vni 0", "vni: \"0\" is not a VNI, expected a number from 1 to 16777215"));
  EXPECT_TRUE(value_error("vpc add lab vni 7 mtu x",
                          "mtu: \"x\" is not a number, expected a number from 576 to 9600"));
  EXPECT_TRUE(value_error("eip set public rate_in 0",
                          "rate_in: \"0\" is out of range, expected a number from 1 to 400000, or none"));
  EXPECT_TRUE(value_error("port add p instance i subnet web mac x ipv4 10.77.0.2 device d",
                          "mac: \"x\" is not a MAC address, expected six bytes such as 52:54:00:77:00:11"));
}

TEST_F(CommandSetTest, LineOfAnyLengthIsParsed) {
  const std::string device(100'000, 'd');
  const auto parsed =
      commands_.parse("uplink set device " + device +
                      " mac 02:00:00:00:00:01 addresses 192.0.2.1/24,192.0.2.2/24 gateway 192.0.2.254");
  ASSERT_TRUE(succeeded(parsed));
  EXPECT_EQ(parsed.value()->arguments.text("DEVICE"), device);
}

TEST_F(CommandSetTest, CompletionOffersCommands) {
  EXPECT_EQ(words(""), (Words{"capture", "diff", "eip",    "events", "havip",  "help", "learn",
                              "load",    "port", "quit",   "route",  "save",   "show", "shutdown",
                              "start",   "stop", "subnet", "trace",  "uplink", "vpc"}));
  EXPECT_EQ(words("st"), (Words{"start", "stop"}));
  EXPECT_EQ(words("sh"), Words{"show"});
  EXPECT_EQ(words("shu"), Words{"shutdown"});
  EXPECT_EQ(words("havip "),
            (Words{"add", "bind", "del", "follow", "handover", "learn", "pin", "show", "unbind", "unpin"}));
  EXPECT_EQ(words("havip"), (Words{"havip"}));
}

TEST_F(CommandSetTest, CompletionOffersNamesOfTheModel) {
  world_.havips.emplace("back", model::Havip{"back", "web", Ipv4(10, 77, 0, 101), {}});
  EXPECT_EQ(words("eip bind public havip "), (Words{"back", "front"}));
  EXPECT_EQ(words("eip bind public havip f"), (Words{"front"}));
  EXPECT_EQ(words("havip bind front p"), (Words{"p11", "p12"}));
  EXPECT_EQ(words("show havip "), (Words{"back", "front", "instance", "json", "port"}));
}

TEST_F(CommandSetTest, CompletionOffersKeywordsThatAreLeft) {
  EXPECT_EQ(words("subnet add db "), (Words{"dhcp", "dhcp_lease", "dhcp_routes", "dns", "gateway", "gateway6",
                                            "havip_quota", "ipv4", "ipv6", "managed", "vpc"}));
  EXPECT_EQ(words("subnet add db gateway 10.1.0.1 vpc shop "),
            (Words{"dhcp", "dhcp_lease", "dhcp_routes", "dns", "gateway6", "havip_quota", "ipv4", "ipv6",
                   "managed"}));
  EXPECT_EQ(words("port add p nic "), (Words{"primary", "secondary"}));
  EXPECT_EQ(words("havip add vip ipv6 "), (Words{"auto"}));
  EXPECT_EQ(words("eip bind public "), (Words{"havip", "port"}));
}

TEST_F(CommandSetTest, CompletionFollowsTheSpellingOfAFlag) {
  EXPECT_EQ(words("show learning "), Words{"json"});
  EXPECT_EQ(words("show learning -"), Words{});
  EXPECT_EQ(words("show learning --"), Words{"--json"});
}

TEST_F(CommandSetTest, CompletionDescribesValuesThatCannotBeListed) {
  const auto completions = commands_.complete("vpc add lab vni ", world_);
  ASSERT_EQ(completions.size(), 1u);
  EXPECT_EQ(completions[0].word, "");
  EXPECT_EQ(completions[0].placeholder, "VNI");
  EXPECT_FALSE(completions[0].help.empty());
}

TEST_F(CommandSetTest, CompletionExplainsCommandsAndKeywords) {
  EXPECT_EQ(commands_.complete("vpc ad", world_)[0].help, "make a VPC, an isolated address space");
  EXPECT_EQ(commands_.complete("vpc add lab vn", world_)[0].help,
            "its VXLAN network identifier, 1 to 16777215, unique");
  EXPECT_EQ(commands_.complete("vp", world_)[0].help, "");
}

TEST_F(CommandSetTest, CompletionOfALineThatDoesNotFitIsEmpty) {
  EXPECT_EQ(words("hvip "), Words{});
  EXPECT_EQ(words("quit "), Words{});
  EXPECT_EQ(words("vpc show # "), Words{});
}

}  // namespace
}  // namespace vipswitch::shell
