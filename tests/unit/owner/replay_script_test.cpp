// The text format of vipswitch-replay: what a line means, and how a line that means nothing is refused.

#include <gtest/gtest.h>
#include <sstream>
#include <string>

#include "control/replay/script.h"

namespace vipswitch::replay {
namespace {

std::string output_of(const std::string& script) {
  std::istringstream in(script);
  const Result<Replay> result = run_script(in);
  if (!result) return result.error().message;
  std::ostringstream out;
  print(out, result.value());
  return out.str();
}

TEST(ReplayScript, PrintsChangesAndCounters) {
  EXPECT_EQ(output_of("bound A B\n5 announce A\n6 announce A\n7 advert A 0\n"),
            "5 A\n7 none\ncounters refreshed=1 resigned=1\n");
}

TEST(ReplayScript, WithoutCountersKeepsTheSeparator) {
  EXPECT_EQ(output_of("bound A\n"), "counters \n");
}

TEST(ReplayScript, SkipsCommentsAndBlankLines) {
  EXPECT_EQ(output_of("# start\n\nbound A # one\n \t\r\n1 announce A#now"), "1 A\ncounters \n");
}

TEST(ReplayScript, AnotherBoundLineStartsAnew) {
  EXPECT_EQ(output_of("bound A\n9 announce A\nbound B\n0 announce B\n"), "0 B\ncounters \n");
}

TEST(ReplayScript, IntervalDefaultsToOneSecond) {
  const std::string rival = "bound A B\n0 advert A 150\n2000 advert B 100\n";
  EXPECT_EQ(output_of(rival + "2100 tick\n"), "0 A\ncounters \n");
  EXPECT_EQ(output_of(rival + "2101 tick\n"), "0 A\n2101 B\ncounters \n");
}

TEST(ReplayScript, RemembersDownOfAnUnboundPort) {
  EXPECT_EQ(output_of("bound A\n0 unbind A\n1 down A\n2 bind A\n3 pin A\n4 up A\n"), "4 A\ncounters \n");
}

TEST(ReplayScript, AddressFollowsTheGroupThatItsMasterHasAcquired) {
  EXPECT_EQ(output_of("bound A B\n0 group A 51 100 new\n1 announce A 51\n1000 group A 51 100\n"
                      "1500 group B 51 150 new empty\n"),
            "1 A\n1500 B\ncounters \n");
}

TEST(ReplayScript, HintNamesTheGroup) {
  EXPECT_EQ(output_of("bound 51\n0 hint 51\n1 group 51 51 100 500\n2 group 51 51 0\n"),
            "1 51\n2 none\ncounters resigned=1\n");
}

TEST(ReplayScript, RefusalNamesTheWordOfAGroup) {
  EXPECT_EQ(output_of("bound A\n0 group A 51 new\n"),
            "line 2: group: missing words, see vipswitch-replay --help");
  EXPECT_EQ(output_of("bound A\n0 group A 0 100\n"), "line 2: VRID: 0 is out of range, expected 1 to 255");
  EXPECT_EQ(output_of("bound A\n0 group A 51 100 old\n"),
            "line 2: \"old\" is not a number, expected a whole one");
  EXPECT_EQ(output_of("bound A\n0 group A 51 100 1000 7\n"),
            "line 2: group: surplus words, see vipswitch-replay --help");
  EXPECT_EQ(output_of("bound A\n0 hint 256\n"), "line 2: VRID: 256 is out of range, expected 0 to 255");
}

TEST(ReplayScript, RefusalNamesTheLine) {
  EXPECT_EQ(output_of("0 tick\n"),
            "line 1: \"0\" before the ports, expected bound PORT... as the first line");
  EXPECT_EQ(output_of("bound A\n5 tick\n4 tick\n"),
            "line 3: time: 4 is before 5, expected times that never decrease");
  EXPECT_EQ(
      output_of("bound A\n0 dance A\n"),
      "line 2: unknown event \"dance\", expected one of advert, group, announce, weak, answer, down, up, "
      "unbind, bind, pin, unpin, tick, hint");
  EXPECT_EQ(output_of("bound A\n0 weak B\n"),
            "line 2: port: \"B\" does not exist, expected one of the line \"bound\"");
  EXPECT_EQ(output_of("bound A\n0 advert A 1 9\n"),
            "line 2: interval: 9 is out of range, expected 10 to 4294967295");
  EXPECT_EQ(output_of("bound A\n0\n"),
            "line 2: 0: missing event behind the time, see vipswitch-replay --help");
  EXPECT_EQ(output_of("bound A\n0 advert A\n"), "line 2: advert: missing words, see vipswitch-replay --help");
  EXPECT_EQ(output_of("bound A\n0 tick A\n"), "line 2: tick: surplus words, see vipswitch-replay --help");
  EXPECT_EQ(output_of("bound A\n0 advert A 1x\n"), "line 2: \"1x\" is not a number, expected a whole one");
  EXPECT_EQ(output_of("bound A\n0 advert A 256\n"),
            "line 2: priority: 256 is out of range, expected 0 to 255");
  EXPECT_EQ(output_of("bound A\n0 advert A 1 4294967296\n"),
            "line 2: interval: 4294967296 is out of range, expected 10 to 4294967295");
  EXPECT_EQ(output_of("bound A\n99999999999999999999 tick\n"),
            "line 2: \"99999999999999999999\" is not a number, expected a whole one");
  EXPECT_EQ(output_of("bound 1 2 3 4 5 6 7 8 9 10 11\n"), "line 1: 11 ports, but a HAVIP binds at most 10");
}

TEST(ReplayScript, TimeNobodyLivesToSeeIsRefused) {
  const std::string range = " is out of range, expected 0 to 549739036671";
  EXPECT_EQ(output_of("bound A\n9223372036854775807 tick\n"), "line 2: time: 9223372036854775807" + range);
  EXPECT_EQ(output_of("bound A\n549739036672 tick\n"), "line 2: time: 549739036672" + range);
  EXPECT_EQ(output_of("bound A B\n549739036671 advert A 100\n"), "549739036671 A\ncounters \n");
}

TEST(ReplayScript, WithoutBoundLineIsRefused) {
  EXPECT_EQ(output_of("# nothing\n"), "no line bound PORT..., expected it as the first");
}

}  // namespace
}  // namespace vipswitch::replay
