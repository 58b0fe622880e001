// `show advice`, `show vrrp` and `show havip HAVIP failovers`, in words and as JSON.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/havip_samples.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

class AdviceCommands : public test::SessionTest {
 protected:
  nlohmann::json run_json(std::string_view line) { return nlohmann::json::parse(run(line)); }
};

TEST_F(AdviceCommands, AdviceNamesItsHavipAndCode) {
  auto havip = test::owned_havip();
  runtime_.havips = {havip};
  EXPECT_EQ(run("show advice"), "nothing to advise\n");
  EXPECT_EQ(run_json("show advice json"), (nlohmann::json{{"advice", nlohmann::json::array()}}));
  havip.candidates.clear();
  runtime_.havips = {havip};
  const std::string sentence =
      "no port is bound to front, so nobody can claim 10.77.0.100: havip bind front PORT";
  EXPECT_EQ(run("show advice"), "front (10.77.0.100), no_port: " + sentence + "\n");
  EXPECT_EQ(
      run_json("show advice json")["advice"],
      (nlohmann::json::array(
          {{{"havip", "front"}, {"address", "10.77.0.100"}, {"code", "no_port"}, {"sentence", sentence}}})));
  EXPECT_EQ(run_json("show havip front json")["advice"],
            (nlohmann::json::array({{{"code", "no_port"}, {"sentence", sentence}}})));
}

TEST_F(AdviceCommands, SpeakersAreListedToCompare) {
  EXPECT_EQ(run("show vrrp"), "no port has sent VRRP since it was bound to a HAVIP\n");
  runtime_.speakers = {test::speaker("p11", 150), test::speaker("p12", 0)};
  runtime_.speakers[1].is_resigned = true;
  runtime_.speakers[1].is_unicast = true;
  runtime_.speakers[1].auth = VrrpAuth::kPassword;
  runtime_.speakers[1].havips = {};
  runtime_.speakers[1].last_advert_age_ms = 90'000;
  auto havip = test::owned_havip();
  havip.follows = FollowStatus{51, Family::kIpv4, false};
  runtime_.havips = {havip};
  EXPECT_EQ(run("show vrrp"),
            "SUBNET  FAMILY  VRID  PORT     PRIORITY  VERSION  AUTH      CAST       INTERVAL_MS  LAST_ADVERT "
            " ADDRESSES  LISTED  FOLLOWING\n"
            "web     ipv4      51  p11           150        2  none      multicast         1000       250 ms "
            "         1  front   none\n"
            "web     ipv4      51  p12   0, resigned        2  password  unicast           1000         90 s "
            "         1  none    front\n");
  EXPECT_EQ(run_json("show vrrp json")["speakers"][0], nlohmann::json::parse(R"(
    {"subnet": "web", "port": "p11", "family": "ipv4", "vrid": 51, "version": 2, "priority": 150, "auth": "none",
     "unicast": false, "interval_ms": 1000, "last_advert_age_ms": 250, "resigned": false, "list_hash": 7,
     "list_size": 1, "havips": ["front"], "followers": []})"));
}

class FailoversCommand : public AdviceCommands {
 protected:
  FailoversCommand() {
    auto havip = test::owned_havip();
    auto first = test::sample_failover();
    first.sequence = 1;
    first.from.clear();
    first.to = "p12";
    first.last_to_old_ns.reset();
    first.first_to_new_ns.reset();
    havip.failovers = {first, test::sample_failover()};
    runtime_.havips = {havip};
  }
};

TEST_F(FailoversCommand, EachIsALineOfTimesAroundItsEvidence) {
  EXPECT_EQ(run("show havip front failovers"),
            "SEQUENCE  EVIDENCE_AT                     FROM    TO   TRIGGER  LAST_TO_OLD  DECIDED   MOVED  "
            "FIRST_TO_NEW      GAP  DROPPED\n"
            "       1  2024-05-01 12:00:00.500111 UTC  nobody  p12  advert             -   4.0 us  4.2 us    "
            "         -        -        3\n"
            "       2  2024-05-01 12:00:00.500111 UTC  p12     p11  advert      -1.500 s   4.0 us  4.2 us    "
            "  900.0 us  1.501 s        3\n");
}

TEST_F(FailoversCommand, DocumentHasMicroseconds) {
  const auto document = run_json("show havip front failovers json");
  EXPECT_EQ(document["failovers"].size(), 2u);
  EXPECT_TRUE(document["failovers"][0]["last_to_old_us"].is_null());
  EXPECT_TRUE(document["failovers"][0]["gap_us"].is_null());
  EXPECT_EQ(document["addresses"][0]["failovers"][1], nlohmann::json::parse(R"(
    {"sequence": 2, "at_unix_us": 1714564800500111, "from": "p12", "to": "p11", "trigger": "advert",
     "last_to_old_us": -1500000.0, "decided_us": 4.0, "moved_us": 4.2, "first_to_new_us": 900.0, "gap_us": 1500900.0,
     "dropped": 3})"));
}

TEST_F(FailoversCommand, CountLeavesTheNewest) {
  EXPECT_EQ(run_json("show havip front failovers count 1 json")["failovers"][0]["sequence"], 2);
  EXPECT_EQ(run_json("show havip front history count 1 json")["decisions"].size(), 1u);
  EXPECT_EQ(run_json("show havip front history count 1 json")["decisions"][0]["sequence"], 2);
}

TEST_F(FailoversCommand, NoneIsSaidSo) {
  runtime_.havips[0].failovers.clear();
  EXPECT_EQ(run("show havip front failovers"), "data has not moved yet\n");
}

TEST_F(FailoversCommand, OnlyOneTableIsGivenAndOnlyATableIsCounted) {
  EXPECT_EQ(run("show havip front history failovers"),
            "error: show havip: history and failovers, expected one of them\n");
  EXPECT_EQ(run("show havip front count 3"),
            "error: show havip: count without its table, expected show havip front history count 3 or show "
            "havip front failovers count 3\n");
  EXPECT_EQ(run("show havip front history count 0"),
            "error: count: 0 is out of range, expected 1 to 4294967295\n");
}

TEST_F(FailoversCommand, DocumentOfAHavipHasItsRecentDecisionsOnly) {
  auto& decisions = runtime_.havips[0].decisions;
  decisions.assign(100, decisions.back());
  EXPECT_EQ(run_json("show havip front json")["decisions"].size(), kRecentDecisions);
  EXPECT_EQ(run_json("show havip front history json")["decisions"].size(), 100u);
}

}  // namespace
}  // namespace vipswitch::shell
