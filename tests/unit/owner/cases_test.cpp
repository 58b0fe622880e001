// The cases of the specification by their numbers (owner learning section 6): what real clusters do, and what
// is commonly got wrong. Scripts are those of tests/oracle/cases.py.

#include <algorithm>
#include <gtest/gtest.h>
#include <initializer_list>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "control/replay/script.h"

namespace vipswitch {
namespace {

// Lines that start with a time, put in order of time.
using Lines = std::vector<std::string>;

Lines operator+(Lines left, const Lines& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

struct Times {
  std::vector<long> at;

  Times(std::initializer_list<long> times) : at(times) {}
  static Times every(long step, long first, long end) {
    Times times{};
    for (long t = first; t < end; t += step) times.at.push_back(t);
    return times;
  }
};

Lines adverts(const char* port, int priority, const Times& times, int interval_ms = 1000) {
  Lines lines;
  for (const long t : times.at) {
    std::ostringstream line;
    line << t << " advert " << port << ' ' << priority << ' ' << interval_ms;
    lines.push_back(line.str());
  }
  return lines;
}

Lines announces(const char* port, const Times& times) {
  Lines lines;
  for (const long t : times.at) lines.push_back(std::to_string(t) + " announce " + port);
  return lines;
}

std::string script(Lines lines) {
  std::stable_sort(lines.begin(), lines.end(),
                   [](const std::string& a, const std::string& b) { return std::stol(a) < std::stol(b); });
  std::string text = "bound A B C\n";
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

struct Case {
  const char* name;
  Lines lines;
  std::string trace;
  std::string counters;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << script(c.lines);
}

std::vector<Case> cases() {
  const Lines boot = adverts("A", 150, {3900, 4900}) +
                     announces("A", {3901, 3901, 3901, 3901, 3901, 8900, 8900, 8900, 8900, 8900});
  const Lines crash = adverts("A", 150, {0, 1000}) + adverts("B", 100, {4610, 5610}) + announces("B", {4611});
  const Lines preempt = adverts("B", 100, {0, 1000}) + announces("B", {1}) + adverts("A", 150, {1400, 2400}) +
                        announces("A", {1401});
  return {
      {"Case01Boot", boot, "3900 A", "refreshed=10"},
      {"Case02Graceful",
       boot + adverts("A", 150, {9000, 10000}) +
           Lines{"10100 advert A 0", "10720 advert B 100", "10721 announce B"},
       "3900 A, 10100 none, 10720 B", "refreshed=11 resigned=1"},
      {"Case03Crash", crash, "0 A, 4610 B", "refreshed=1"},
      {"Case04Preempt", preempt, "0 B, 1400 A", "refreshed=2"},
      {"Case05PreemptQuickResign", preempt + Lines{"2500 advert A 0", "3110 advert B 100"},
       "0 B, 1400 A, 2500 none, 3110 B", "refreshed=2 resigned=1"},
      {"Case06SplitBrain",
       adverts("A", 150, Times::every(1000, 0, 7000)) + adverts("B", 100, Times::every(1000, 300, 6300)) +
           announces("B", {302, 5302}),
       "0 A", "shadowed=2"},
      {"Case07SplitAResigns",
       adverts("A", 150, Times::every(1000, 0, 4000)) + adverts("B", 100, Times::every(1000, 300, 4300)) +
           Lines{"3500 advert A 0"},
       "0 A, 3500 B", "resigned=1"},
      {"Case08HealWithoutAnnouncement",
       Lines{"0 advert A 100", "1 announce A", "117 announce B", "1000 advert A 100", "6000 tick"} +
           adverts("B", 100, {115, 1115, 2115}),
       "0 A, 115 B", "refreshed=2"},
      {"Case09StaleAnnouncement",
       adverts("B", 100, {0, 1000, 2000}) + announces("A", {0, 100}) + Lines{"20000 tick"}, "0 B",
       "shadowed=2"},
      {"Case10FrrV6Boot", announces("A", {0}) + announces("B", {200}) + adverts("A", 150, {990, 1990}),
       "0 A, 200 B, 990 A", ""},
      {"Case11Reorder", {"0 advert A 100", "500 announce B", "501 advert B 200"}, "0 A, 501 B", "shadowed=1"},
      {"Case12SuppressedAdverts", {"0 advert B 100", "2 announce B", "10000 answer B"}, "0 B", "refreshed=2"},
      {"Case13CrashedDaemonAnswers", crash + Lines{"6000 weak A", "6001 weak B"}, "0 A, 4610 B",
       "refreshed=2 weak_ignored=1"},
      {"Case14PingPong",
       announces("A", {0, 10400, 11000, 11200}) + announces("B", {10000, 10800, 11100}) + Lines{"20000 tick"},
       "0 A, 10000 B, 10400 A, 10800 B, 12000 A", "damped=2 refreshed=1"},
      {"Case15LowPriorityMasterResumes",
       adverts("A", 100, {0, 1000, 2000, 6900}) + adverts("B", 150, {5610, 6610, 6905, 7900}) +
           Lines{"6901 announce A", "12000 tick"},
       "0 A, 5610 B", "shadowed=1"},
      {"Case16HighPriorityMasterResumes",
       adverts("A", 150, {0, 1000, 2000, 6000, 7000}) + adverts("B", 100, {4760, 5760}) +
           Lines{"6001 announce A"},
       "0 A, 4760 B, 6000 A", "refreshed=1"},
      {"Case17VhostPeerGone",
       {"0 advert A 150", "1 announce A", "500 down A", "3610 advert B 100"},
       "0 A, 500 none, 3610 B",
       "refreshed=1"},
      {"Case18Unbind",
       {"0 announce A", "1000 unbind A", "2000 announce A", "3000 announce B"},
       "0 A, 1000 none, 3000 B",
       "unbound=1"},
      {"Case19VrrpToPacemaker", adverts("A", 150, {0, 1000, 2000}) + Lines{"2500 announce B", "10000 tick"},
       "0 A, 6001 B", "shadowed=1"},
      {"Case20PacemakerLateSender",
       announces("A", {0, 1000, 2000, 3000, 4000, 7500}) + announces("B", {7000, 8000}),
       "0 A, 7000 B, 7500 A, 8000 B", "refreshed=4"},
      {"Case21V3TenCentisecondsCrash",
       adverts("A", 150, Times::every(100, 0, 1000), 100) + Lines{"1261 advert B 100 100"}, "0 A, 1261 B",
       ""},
      {"Case37StalledMasterStrayAnnouncementBefore",
       adverts("B", 150, {0, 1000, 3500}) + Lines{"1200 announce A", "12000 tick"}, "0 B", "shadowed=1"},
      {"Case38StalledMasterStrayAnnouncementAfter",
       adverts("B", 150, {0, 1000, 3500}) + Lines{"3200 announce A", "12000 tick"}, "0 B", "shadowed=1"},
      {"Case39ReplyInFlightAfterAResignation",
       {"0 advert A 150", "1000 advert A 0", "1001 weak A", "1002 answer A", "1610 advert B 100"},
       "0 A, 1000 none, 1610 B",
       "resigned=1 weak_ignored=2"},
      {"Case40PinAndUnpin",
       {"0 announce A", "1000 pin B", "2000 announce C", "3000 unpin"},
       "0 A, 1000 B, 3000 C",
       ""},
      {"Case41PinnedPortGoesDownAndUp",
       {"0 announce A", "1000 pin B", "2000 down B", "3000 up B", "4000 unbind B"},
       "0 A, 1000 B, 2000 A, 3000 B, 4000 A",
       ""},
      {"Case42PinOfAnUnboundPort", {"0 announce A", "500 unbind C", "1000 pin C"}, "0 A", "pin_refused=1"},
      {"Case43UnbindAndBindAgain",
       {"0 advert A 150", "1000 unbind A", "1500 advert A 150", "2000 bind A", "2500 advert A 150"},
       "0 A, 1000 none, 2500 A",
       "unbound=1"},
      {"Case44AWaitingClaimLeavesWithItsPort",
       adverts("A", 150, {0, 1000}) + Lines{"1500 announce B", "1600 down B", "9000 tick"}, "0 A",
       "shadowed=1"},
      {"Case45AnOldWaitingClaimExpires",
       announces("A", {0, 10, 20, 40, 60}) + announces("B", {30, 50}) +
           adverts("B", 100, Times::every(1000, 70, 60070)) + Lines{"90000 tick"},
       "0 A, 30 B, 40 A, 50 B", "damped=1 refreshed=2"},
  };
}

class OwnerCase : public ::testing::TestWithParam<Case> {};

TEST_P(OwnerCase, YieldsTraceAndCounters) {
  std::istringstream text(script(GetParam().lines));
  const Result<replay::Replay> result = replay::run_script(text);
  ASSERT_TRUE(result.ok()) << result.error().message;

  std::string trace;
  for (const replay::OwnerAt& change : result.value().trace) {
    if (!trace.empty()) trace += ", ";
    trace += std::to_string(change.at_ms) + ' ' + (change.owner.empty() ? "none" : change.owner);
  }
  EXPECT_EQ(trace, GetParam().trace);

  std::string counters;
  for (const auto& [name, count] : result.value().counters) {
    if (!counters.empty()) counters += ' ';
    counters += name + '=' + std::to_string(count);
  }
  EXPECT_EQ(counters, GetParam().counters);
}

INSTANTIATE_TEST_SUITE_P(Specification, OwnerCase, ::testing::ValuesIn(cases()),
                         [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace vipswitch
