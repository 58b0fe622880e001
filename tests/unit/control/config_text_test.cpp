// Files that are hardly YAML, or YAML of the less known kinds: a clear message, never a crash.

#include <gtest/gtest.h>
#include <string>

#include "control/config/config.h"
#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using test::refused;
using test::succeeded;

testing::AssertionResult text_refused(const std::string& text, const std::string& message) {
  return refused(parse_config(text, "f"), ErrorCode::invalid_argument, message);
}

TEST(ConfigText, BytesThatAreNotUtf8AreNamedWithTheirLine) {
  const std::string expected = ", which is not UTF-8, expected a text in UTF-8 without control characters";
  EXPECT_TRUE(text_refused("vpcs: []\n# caf\xe9\n", "f:2: found the byte 0xE9" + expected));
  for (const auto* wrong : {"\x80", "\xc0\xaf", "\xc3", "\xe2\x82", "\xed\xa0\x80", "\xf5\x80\x80\x80",
                            "\xf4\x90\x80\x80", "\xff\xfe"}) {
    const auto config = parse_config("#\n" + std::string(wrong), "f");
    ASSERT_FALSE(config.ok());
    EXPECT_TRUE(config.error().message.starts_with("f:2: found the byte 0x")) << config.error().message;
  }
}

TEST(ConfigText, EveryPlaneOfUnicodeIsTakenInComments) {
  EXPECT_TRUE(succeeded(parse_config("# caf\u00e9 \u96ea \U0001F600 \u0085\nvpcs: []\n", "f")));
}

TEST(ConfigText, ByteOrderMarkOfUtf8IsTaken) {
  EXPECT_TRUE(succeeded(parse_config("\xef\xbb\xbfvpcs: []\n", "f")));
}

TEST(ConfigText, ControlCharactersDoNotEndTheFile) {
  const std::string expected = ", expected a text in UTF-8 without control characters";
  EXPECT_TRUE(text_refused("vpcs: []\n\x04ports: 7\n", "f:2: found the control character U+0004" + expected));
  EXPECT_TRUE(
      text_refused(std::string("vpcs: []\n\0", 10), "f:2: found the control character U+0000" + expected));
  EXPECT_TRUE(text_refused("\x7f", "f:1: found the control character U+007F" + expected));
  EXPECT_TRUE(text_refused("\n\xef\xbf\xbe", "f:2: found the control character U+FFFE" + expected));
}

TEST(ConfigText, LinesMayEndAsOnWindows) {
  EXPECT_TRUE(succeeded(parse_config("vpcs:\r\n  - {name: a, vni: 1}\r\n", "f")));
}

TEST(ConfigText, TabsAsIndentationAreRefusedWithTheirLine) {
  const auto config = parse_config("vpcs:\n\t- {name: a, vni: 1}\n", "f");
  ASSERT_FALSE(config.ok());
  EXPECT_TRUE(config.error().message.starts_with("f:2: found what is not YAML (")) << config.error().message;
}

TEST(ConfigText, QuotesThatDoNotEndAreToldWithTheLineThatTheyBeginIn) {
  EXPECT_TRUE(text_refused("vpcs:\n  - {name: \"a, vni: 1}\n  - {name: b, vni: 2}\n",
                           "f:3: found what is not YAML (found unexpected end of stream while scanning a "
                           "quoted scalar from line 2), expected a well-formed file"));
  EXPECT_TRUE(
      text_refused("vpcs: [{name: 5, vni: 5",
                   "f:1: found what is not YAML (did not find expected ',' or '}' while parsing a flow "
                   "mapping), expected a well-formed file"));
}

TEST(ConfigText, TextThatBeginsWithAColonNeedsQuotesInAList) {
  const std::string expected =
      "f:2: found what is not YAML (expected a text, a list or a mapping; what begins with ':' needs quotes "
      "here), expected a well-formed file";
  EXPECT_TRUE(text_refused("routes:\n- {vpc: a, to: ::/0, via: internet}\n", expected));
  EXPECT_TRUE(text_refused("routes:\n- {vpc: ", expected));
}

TEST(ConfigText, WhatStandsForNothingIsNoText) {
  for (const char* nothing : {"", "~", "null", "Null", "NULL"}) {
    EXPECT_TRUE(text_refused("vpcs:\n- name: " + std::string(nothing) + "\n- name: b\n",
                             "f:2: found nothing as name, expected a single value"));
  }
  EXPECT_TRUE(succeeded(parse_config("vpcs: [{name: \"null\", vni: 1}]\n", "f")));
}

TEST(ConfigText, AnchorsEndWithTheirDocument) {
  EXPECT_TRUE(text_refused("eal: [&a x]\n---\neal: [*a]\n",
                           "f:3: found what is not YAML (the anchor of alias *a is not defined), expected a "
                           "well-formed file"));
}

TEST(ConfigText, DuplicateKeysAreRefusedAtEveryLevel) {
  EXPECT_TRUE(
      text_refused("vpcs: []\nvpcs: []\n", "f:2: found key \"vpcs\" again in the file, expected it once"));
  EXPECT_TRUE(text_refused("idle: {sleep_us: 1, sleep_us: 2}\n",
                           "f:1: found key \"sleep_us\" again in idle, expected it once"));
}

TEST(ConfigText, AliasesStandForWhatTheyName) {
  const auto config = parse_config(
      "vpcs: [{name: a, vni: 1}]\n"
      "subnets: [{name: s, vpc: a, ipv4: 10.0.0.0/24, gateway: 10.0.0.1}]\n"
      "havips: [{name: h, subnet: &s s, ports: []}, {name: i, subnet: *s}]\n",
      "f");
  ASSERT_TRUE(succeeded(config));
  EXPECT_EQ(config.value().objects.havips.at("i").subnet, "s");
}

TEST(ConfigText, AliasOfAnObjectIsTheSameNameAgain) {
  EXPECT_TRUE(text_refused("vpcs:\n  - &a {name: a, vni: 1}\n  - *a\n",
                           "f:2: found vpc \"a\" again, expected a name other than that of line 2"));
}

TEST(ConfigText, UnknownAliasIsRefused) {
  EXPECT_TRUE(
      text_refused("vpcs: *nowhere\n",
                   "f:1: found what is not YAML (the anchor of alias *nowhere is not defined), expected a "
                   "well-formed file"));
}

TEST(ConfigText, AliasOfItselfIsRefused) {
  EXPECT_FALSE(parse_config("vpcs: &a [*a]\n", "f").ok());
  EXPECT_FALSE(parse_config("&a {vpcs: *a}\n", "f").ok());
}

TEST(ConfigText, AliasesThatMultiplyAreRefusedAtOnce) {
  std::string text = "eal: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  text += "vpcs: [&a1 [*a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0, *a0]";
  for (int i = 2; i < 20; ++i) {
    text += ", &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) text += (j ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]";
  }
  EXPECT_TRUE(text_refused(text + "]\n",
                           "f:2: found a list as a VPC, expected a mapping of name, vni, mtu, clamp_mss"));
}

TEST(ConfigText, MergeKeyIsAnUnknownKey) {
  EXPECT_TRUE(text_refused("vpcs:\n  - &a {name: a, vni: 1}\n  - {<<: *a, name: b}\n",
                           "f:3: found key \"<<\" in a VPC, expected one of name, vni, mtu, clamp_mss"));
}

TEST(ConfigText, DeepNestingIsRefused) {
  for (const char* open : {"[", "{a: ", "- "}) {
    std::string text = "vpcs: ";
    if (open[0] == '-') text += "\n";
    for (int i = 0; i < 100'000; ++i) text += open;
    const auto config = parse_config(text, "f");
    ASSERT_FALSE(config.ok());
    EXPECT_NE(config.error().message.find("(lists and mappings nested more than 100 deep)"),
              std::string::npos)
        << config.error().message;
  }
}

TEST(ConfigText, HugeNumbersAreRefused) {
  const std::string digits(10'000, '9');
  EXPECT_TRUE(text_refused("memory_mb: " + digits + "\n", "f:1: found memory_mb \"" + digits +
                                                              "\", which is out of range, expected a number "
                                                              "from 64 to 1048576"));
  for (const auto* number : {"18446744073709551616", "-1", "1e3", "0x40", "64.0", "+64", ".inf", "\"\"", "~"})
    EXPECT_FALSE(parse_config("memory_mb: " + std::string(number) + "\n", "f").ok()) << number;
}

TEST(ConfigText, TagsAreNotObeyed) {
  EXPECT_TRUE(succeeded(parse_config("memory_mb: !!str 64\n", "f")));
  EXPECT_FALSE(parse_config("vpcs: !!python/object:os.system [x]\n", "f").ok());
}

TEST(ConfigText, DirectiveOfAnotherVersionOrDocumentEndIsHarmless) {
  EXPECT_TRUE(succeeded(parse_config("%YAML 1.2\n---\nvpcs: []\n...\n", "f")));
}

TEST(ConfigText, KeysThatAreNoTextAreRefused) {
  EXPECT_NE(parse_config("? [a]\n: 1\n", "f").error().message.find("found key \"a list\" in the file"),
            std::string::npos);
  EXPECT_NE(parse_config("? {a: 1}\n: 1\n", "f").error().message.find("found key \"a mapping\" in the file"),
            std::string::npos);
}

}  // namespace
}  // namespace vipswitch
