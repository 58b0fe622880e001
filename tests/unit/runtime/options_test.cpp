#include "control/process/options.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace vipswitch {
namespace {

Result<Options> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "vipswitch");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return parse_options(static_cast<int>(words.size()), argv.data());
}

// The message up to the hint at --help, which every one ends with.
std::string refusal(const std::vector<std::string>& words) {
  const auto parsed = parse(words);
  if (parsed.ok()) return "accepted";
  EXPECT_EQ(parsed.error().code, ErrorCode::usage);
  const std::string hint = ", see vipswitch --help";
  const std::string& message = parsed.error().message;
  EXPECT_TRUE(message.ends_with(hint)) << message;
  return message.substr(0, message.size() - hint.size());
}

TEST(Options, NoneAreNeeded) {
  const auto parsed = parse({});
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(parsed.value().interactive || parsed.value().help || parsed.value().version);
  EXPECT_FALSE(parsed.value().config || parsed.value().cmdline_file);
  EXPECT_TRUE(parsed.value().eal.empty());
}

TEST(Options, LongAndShortFormsMeanTheSame) {
  for (const auto& words : {std::vector<std::string>{"-i", "-c", "a.yaml", "-f", "b.txt", "-h", "-V"},
                            std::vector<std::string>{"--interactive", "--config", "a.yaml",
                                                     "--cmdline-file=b.txt", "--help", "--version"}}) {
    const auto parsed = parse(words);
    ASSERT_TRUE(parsed.ok());
    const Options& options = parsed.value();
    EXPECT_TRUE(options.interactive && options.help && options.version);
    EXPECT_EQ(options.config, "a.yaml");
    EXPECT_EQ(options.cmdline_file, "b.txt");
  }
}

TEST(Options, WhatStandsBeforeTheDashesIsForEal) {
  const auto parsed = parse({"-l", "0,1", "--in-memory", "--", "-i"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed.value().eal, (std::vector<std::string>{"-l", "0,1", "--in-memory"}));
  EXPECT_TRUE(parsed.value().interactive);
}

TEST(Options, EalOptionWithoutDashesIsRefusedWithAHint) {
  EXPECT_EQ(refusal({"--in-memory"}), "unknown option \"--in-memory\"; EAL options stand before \"--\"");
}

TEST(Options, UnknownLetterIsNamedWhereverItStands) {
  EXPECT_EQ(refusal({"-x"}), "unknown option \"-x\"; EAL options stand before \"--\"");
  EXPECT_EQ(refusal({"--help", "-xi"}), "unknown option \"-x\"; EAL options stand before \"--\"");
  EXPECT_EQ(refusal({"-ix"}), "unknown option \"-x\"; EAL options stand before \"--\"");
}

TEST(Options, ValueForAnOptionThatTakesNoneIsRefused) {
  EXPECT_EQ(refusal({"--interactive=yes"}),
            "unknown option \"--interactive=yes\"; EAL options stand before \"--\"");
}

TEST(Options, MissingValueIsNamed) {
  EXPECT_EQ(refusal({"--config"}), "option \"--config\" needs a value");
  EXPECT_EQ(refusal({"-c"}), "option \"-c\" needs a value");
}

TEST(Options, ValueGivenTwiceIsRefusedInEitherForm) {
  EXPECT_EQ(refusal({"-c", "a.yaml", "--config", "b.yaml"}), "option \"--config\" is given twice");
  EXPECT_EQ(refusal({"--check-config", "a.yaml", "--check-config=b.yaml"}),
            "option \"--check-config\" is given twice");
  EXPECT_TRUE(parse({"-i", "-i"}).value().interactive);
}

TEST(Options, SurplusWordIsNamed) {
  EXPECT_EQ(refusal({"-i", "switch.yaml"}), "unexpected word \"switch.yaml\"");
}

TEST(Options, ParsingTwiceGivesTheSame) {
  EXPECT_EQ(refusal({"-x"}), refusal({"-x"}));
  EXPECT_TRUE(parse({"-i"}).value().interactive);
  EXPECT_TRUE(parse({"-i"}).value().interactive);
}

TEST(Options, FileToCheckIsTaken) {
  EXPECT_EQ(parse({"--check-config", "a.yaml"}).value().check_config, "a.yaml");
  EXPECT_EQ(refusal({"--check-config"}), "option \"--check-config\" needs a value");
}

TEST(Options, HelpNamesEveryOption) {
  const std::string help = kHelp;
  for (const char* option :
       {"--interactive", "--config", "--check-config", "--cmdline-file", "--help", "--version"}) {
    EXPECT_NE(help.find(option), std::string::npos) << option;
  }
}

}  // namespace
}  // namespace vipswitch
