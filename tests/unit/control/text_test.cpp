#include <gtest/gtest.h>
#include <set>
#include <string_view>

#include "control/text/duration_text.h"
#include "control/text/format.h"
#include "control/text/join.h"
#include "control/text/parse.h"
#include "control/text/read_file.h"
#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using test::refused;

template <class T>
bool fits(const text::Parsed<T>& parsed) {
  return std::holds_alternative<T>(parsed);
}

TEST(TextDuration, AgeHasTheDigitsThatMatter) {
  EXPECT_EQ(text::age(345), "345 ms");
  EXPECT_EQ(text::age(12'345), "12.3 s");
  EXPECT_EQ(text::age(75'999), "75 s");
  EXPECT_EQ(text::age(4 * 60'000 + 59'000), "4 min");
  EXPECT_EQ(text::age(3 * 3'600'000 + 1), "3 h");
  EXPECT_EQ(text::age(49 * 3'600'000), "2 days");
  EXPECT_EQ(text::seconds(61'002), "61.002 s");
}

TEST(TextDuration, ShortTimesKeepTheirSign) {
  EXPECT_EQ(text::short_time(0), "0 ns");
  EXPECT_EQ(text::short_time(940), "940 ns");
  EXPECT_EQ(text::short_time(12'340), "12.3 us");
  EXPECT_EQ(text::short_time(-4'560'000), "-4.56 ms");
  EXPECT_EQ(text::short_time(1'234'567'890), "1.235 s");
}

TEST(TextJoin, NamesReadAsASentence) {
  const std::vector<std::string> names{"a", "b", "c"};
  EXPECT_EQ(text::join({}), "");
  EXPECT_EQ(text::join(std::span(names).first(1)), "a");
  EXPECT_EQ(text::join(std::span(names).first(2)), "a and b");
  EXPECT_EQ(text::join(names), "a, b and c");
}

TEST(TextIpv4, DottedQuadYieldsAddress) {
  EXPECT_EQ(std::get<Ipv4>(text::parse_ipv4("10.77.0.1")), Ipv4(10, 77, 0, 1));
  EXPECT_EQ(std::get<Ipv4>(text::parse_ipv4("255.255.255.255")), Ipv4::broadcast());
  EXPECT_EQ(std::get<Ipv4>(text::parse_ipv4("0.0.0.0")), Ipv4());
}

TEST(TextIpv4, AnythingElseIsRefused) {
  for (const auto* text :
       {"", ".", "10.77.0", "10.77.0.", "10.77.0.1.", "10.77.0.1.2", "10.77..1", "256.0.0.1", "010.0.0.1",
        "+1.2.3.4", "-1.2.3.4", " 10.0.0.1", "10.0.0.1 ", "10.0.0.1/24", "10.0.0.0x1", "1e1.0.0.1"}) {
    EXPECT_FALSE(fits(text::parse_ipv4(text))) << text;
  }
}

TEST(TextIpv4, EveryTruncationIsRefused) {
  const std::string_view whole = "198.51.100.2";
  for (std::size_t size = 0; size + 2 < whole.size(); ++size) {
    EXPECT_FALSE(fits(text::parse_ipv4(whole.substr(0, size)))) << size;
  }
}

TEST(TextIpv4, RefusalNamesArgumentValueAndExpectation) {
  const auto result = text::to_result("gateway", "10.77.0", text::parse_ipv4("10.77.0"));
  EXPECT_TRUE(
      refused(result, ErrorCode::invalid_argument,
              "gateway: \"10.77.0\" is not an IPv4 address, expected four numbers such as 10.77.0.1"));
}

TEST(TextIpv6, EverySpellingYieldsTheAddress) {
  const auto address = Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, 0x10, 1});
  for (const auto* text : {"2001:db8::10:1", "2001:DB8:0:0::10:1", "2001:0db8:0000:0000:0000:0000:0010:0001",
                           "2001:db8::0.16.0.1"}) {
    EXPECT_EQ(std::get<Ipv6>(text::parse_ipv6(text)), address) << text;
  }
  EXPECT_EQ(std::get<Ipv6>(text::parse_ipv6("::")), Ipv6());
}

TEST(TextIpv6, AnythingElseIsRefused) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, ":"sv, ":::"sv, "1:2:3:4:5:6:7"sv, "1:2:3:4:5:6:7:8:9"sv, "1::2::3"sv, "12345::"sv, "g::"sv,
        "fe80::1%eth0"sv, " ::1"sv, "::1 "sv, "::1/64"sv, "[::1]"sv, "::1.2.3"sv, "::1.2.3.256"sv,
        "10.77.0.1"sv, "::1\0"sv, "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    EXPECT_FALSE(fits(text::parse_ipv6(text))) << text;
  }
}

TEST(TextIpv6, RefusalNamesArgumentValueAndExpectation) {
  const auto result = text::to_result("gateway6", "2001:db8", text::parse_ipv6("2001:db8"));
  EXPECT_TRUE(refused(result, ErrorCode::invalid_argument,
                      "gateway6: \"2001:db8\" is not an IPv6 address, expected groups of hexadecimal digits "
                      "such as 2001:db8:77::1"));
}

TEST(TextAddress, ValueTellsTheFamily) {
  EXPECT_EQ(family_of(std::get<IpAddress>(text::parse_address("10.77.0.1"))), Family::kIpv4);
  EXPECT_EQ(family_of(std::get<IpAddress>(text::parse_address("2001:db8::1"))), Family::kIpv6);
  EXPECT_TRUE(refused(text::to_result("address", "vm1", text::parse_address("vm1")),
                      ErrorCode::invalid_argument,
                      "address: \"vm1\" is not an IP address, expected one such as 10.77.0.1 or "
                      "2001:db8:77::1"));
}

TEST(TextPrefix6, HostBitsYieldThePrefixThatWasMeant) {
  const auto result = text::to_result("ipv6", "2001:db8:77::5/64", text::parse_prefix6("2001:db8:77::5/64"));
  EXPECT_TRUE(refused(
      result, ErrorCode::invalid_argument,
      "ipv6: \"2001:db8:77::5/64\" is not a prefix: it has host bits set, expected 2001:db8:77::/64"));
}

TEST(TextPrefix6, LengthBeyond128OrMissingIsRefused) {
  for (const auto* text : {"2001:db8::/129", "2001:db8::/", "2001:db8::", "/64", "2001:db8::/064"}) {
    EXPECT_FALSE(fits(text::parse_prefix6(text))) << text;
  }
  EXPECT_EQ(std::get<Ipv6Prefix>(text::parse_prefix6("::/0")), (Ipv6Prefix{Ipv6(), 0}));
}

TEST(TextPrefix, HostBitsYieldThePrefixThatWasMeant) {
  const auto result = text::to_result("ipv4", "10.77.0.5/24", text::parse_prefix("10.77.0.5/24"));
  EXPECT_TRUE(refused(result, ErrorCode::invalid_argument,
                      "ipv4: \"10.77.0.5/24\" is not a prefix: it has host bits set, expected 10.77.0.0/24"));
}

TEST(TextPrefix, LengthBeyond32OrMissingIsRefused) {
  for (const auto* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0", "/24", "10.0.0.0/08", "10.0.0.0/8/8"}) {
    EXPECT_FALSE(fits(text::parse_prefix(text))) << text;
  }
  EXPECT_EQ(std::get<Ipv4Prefix>(text::parse_prefix("0.0.0.0/0")), (Ipv4Prefix{Ipv4(), 0}));
}

TEST(TextInterfaces, ListKeepsOrderAndHostBits) {
  const auto parsed = text::parse_interfaces("198.51.100.2/24,203.0.113.1/28");
  ASSERT_TRUE(fits(parsed));
  const auto& list = std::get<0>(parsed);
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0], IpInterface(Ipv4Interface{Ipv4(198, 51, 100, 2), 24}));
  EXPECT_EQ(list[1], IpInterface(Ipv4Interface{Ipv4(203, 0, 113, 1), 28}));
}

TEST(TextInterfaces, FamiliesMayBeMixed) {
  const auto parsed = text::parse_interfaces("198.51.100.2/24,2001:db8::2/64");
  ASSERT_TRUE(fits(parsed));
  EXPECT_EQ(std::get<0>(parsed).at(1),
            IpInterface(Ipv6Interface{Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, 0, 2}), 64}));
}

TEST(TextInterfaces, EmptyElementIsRefused) {
  for (const auto* text : {"", ",", "198.51.100.2/24,", ",198.51.100.2/24"}) {
    EXPECT_FALSE(fits(text::parse_interfaces(text))) << text;
  }
}

TEST(TextMac, SixHexPairsYieldMac) {
  EXPECT_EQ(std::get<Mac>(text::parse_mac("52:54:00:aB:00:11")), Mac(0x52, 0x54, 0, 0xab, 0, 0x11));
}

TEST(TextMac, AnythingElseIsRefused) {
  for (const auto* text :
       {"", "52:54:00:77:00", "52:54:00:77:00:1", "52:54:00:77:00:11:22", "52-54-00-77-00-11",
        "52:54:00:77:00:g1", "52:54:00:77:00:+1", "5254:00:77:00:111"}) {
    EXPECT_FALSE(fits(text::parse_mac(text))) << text;
  }
}

TEST(TextVni, RangeIsOneToTwentyFourBits) {
  EXPECT_EQ(std::get<Vni>(text::parse_vni("1")), Vni(1));
  EXPECT_EQ(std::get<Vni>(text::parse_vni("16777215")), Vni(16777215));
  EXPECT_FALSE(fits(text::parse_vni("0")));
  EXPECT_FALSE(fits(text::parse_vni("16777216")));
  EXPECT_FALSE(fits(text::parse_vni("99999999999999999999")));
}

TEST(TextNumber, OutsideTheRangeTellsTheRange) {
  const auto result = text::to_result("queues", "9", text::parse_number("9", 1, 8));
  EXPECT_TRUE(refused(result, ErrorCode::invalid_argument,
                      "queues: \"9\" is out of range, expected a number from 1 to 8"));
}

TEST(TextFormat, WhatIsWrittenReadsBack) {
  EXPECT_EQ(fmt::to_string(Ipv4(10, 77, 0, 1)), "10.77.0.1");
  EXPECT_EQ(fmt::to_string(Ipv4Prefix{Ipv4(255, 255, 255, 255), 32}), "255.255.255.255/32");
  EXPECT_EQ(fmt::to_string(Ipv4Interface{Ipv4(198, 51, 100, 2), 24}), "198.51.100.2/24");
  EXPECT_EQ(fmt::to_string(Mac(0x0e, 0, 0x0a, 0x4d, 0, 0x64)), "0e:00:0a:4d:00:64");
  EXPECT_EQ(fmt::to_string(Vni(1001)), "1001");
}

TEST(TextFormat, Ipv6IsWrittenInItsCanonicalForm) {
  const auto rewritten = [](std::string_view text) {
    return fmt::to_string(std::get<Ipv6>(text::parse_ipv6(text)));
  };
  EXPECT_EQ(rewritten("2001:0DB8:0:0:1:0:0:0"), "2001:db8:0:0:1::");
  EXPECT_EQ(rewritten("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(rewritten("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(rewritten("0:0:0:0:0:0:0:0"), "::");
  EXPECT_EQ(rewritten("::ffff:c000:201"), "::ffff:192.0.2.1");
  const auto longest = std::get<Ipv6>(text::parse_ipv6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
  EXPECT_EQ(fmt::to_string(Ipv6Prefix{longest, 128}), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
  EXPECT_EQ(fmt::format("[{:>6}]", IpAddress(Ipv6())), "[    ::]");
  EXPECT_EQ(fmt::to_string(IpAddress(Ipv4(10, 77, 0, 1))), "10.77.0.1");
}

TEST(TextFormat, WidthAppliesToTheWholeValue) {
  EXPECT_EQ(fmt::format("[{:>12}]", Ipv4(10, 0, 0, 1)), "[    10.0.0.1]");
  EXPECT_EQ(fmt::format("[{:<14}]", OwnerState::kOwnedVrrp), "[owned_vrrp    ]");
}

TEST(TextWords, EveryEnumeratorHasAWordOfItsOwn) {
  EXPECT_EQ(to_word(OwnerState::kReleased), "released");
  EXPECT_EQ(to_word(Trigger::kPortDown), "port_down");
  EXPECT_EQ(to_word(Rule::kFreshVrrp), "fresh_vrrp");
  EXPECT_EQ(to_word(EvidenceClass::kAnnouncement), "announcement");
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Trigger::kFollow); ++i)
    words.insert(to_word(static_cast<Trigger>(i)));
  EXPECT_EQ(words.size(), static_cast<std::size_t>(Trigger::kFollow) + 1);
  EXPECT_EQ(words.count("invalid"), 0u);
}

TEST(TextReadFile, MissingFileNamesItAndTheReason) {
  EXPECT_TRUE(refused(text::read_file("/nonexistent/x.yaml"), ErrorCode::io,
                      "/nonexistent/x.yaml: No such file or directory, expected a readable file"));
}

TEST(TextReadFile, DirectoryIsRefused) {
  const auto result = text::read_file("/");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace vipswitch
