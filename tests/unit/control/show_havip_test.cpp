// HAVIPs as `show` tells them, in words and as JSON.

#include <algorithm>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/havip_samples.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;

using test::owned_havip;
using test::released_havip;

class ShowHavip : public test::SessionTest {
 protected:
  json run_json(std::string_view line) { return json::parse(run(line)); }
};

TEST_F(ShowHavip, HavipIsFoundByItsAddress) {
  runtime_.havips = {owned_havip()};
  EXPECT_EQ(run("show havip 10.77.0.100"), run("show havip front"));
  EXPECT_EQ(run("show havip 10.77.0.99"),
            "error: havip: \"10.77.0.99\" does not exist, expected the name or address of a HAVIP\n");
  EXPECT_EQ(run("show havip failovers"), "error: havip: missing, expected show havip HAVIP failovers\n");
}

TEST_F(ShowHavip, HavipIsToldInPlainWords) {
  runtime_.havips = {owned_havip()};
  EXPECT_EQ(
      run("show havip front"),
      "HAVIP front: 10.77.0.100 in subnet web, answered with MAC 0e:00:0a:4d:00:64\n"
      "owner: p11 for 12.345 s, frames go to 52:54:00:77:00:0b\n"
      "state: owned_vrrp, the owner sends VRRP adverts\n"
      "why:   a VRRP advert came at 2024-05-01 12:00:00.500111 UTC, decided 12.3 us later; rule fresh_vrrp: "
      "highest priority among ports with fresh adverts; evidence vrrp, priority 150, VRID 51\n"
      "why not p12: claimed nothing so far\n"
      "lasts until: a port adverts a priority above 150, or 150 from a higher address; p11 resigns, goes "
      "down or is "
      "unbound; its adverts stop: 2.100 s after the last one any advert of another port wins, after 4.000 s "
      "any "
      "announcement (the last one is 0.345 s old)\n"
      "delivered to an old owner after a change: 2 packets\n"
      "candidates:\n"
      "  PORT  CLAIMS  ADVERTS  EVIDENCE  PRIORITY  VRID  INTERVAL_MS  LAST_ADVERT_MS\n"
      "  p11   yes     fresh    vrrp           150    51         1000             345\n"
      "  p12   no      none     none             -     -            -               -\n"
      "last decisions, newest last:\n"
      "  SEQUENCE  DECIDED_AT                      FROM    TO   TRIGGER       RULE          EVIDENCE         "
      "            COMMIT_US\n"
      "         1  2024-05-01 11:59:59.500000 UTC  nobody  p12  announcement  latest_claim  announcement     "
      "                    -\n"
      "         2  2024-05-01 12:00:00.500123 UTC  p12     p11  advert        fresh_vrrp    vrrp, priority "
      "150, VRID 51       12.3\n");
}

TEST_F(ShowHavip, ObservedHavipSaysWhereItsDataGoesAndWhatTheClaimsSay) {
  auto havip = owned_havip();
  havip.state = OwnerState::kFixed;
  havip.learn = LearnMode::kObserve;
  havip.elected = "p12";
  havip.disagreements = 3;
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front")
                .find("learn: observe; the data stays at the port that is bound first, the claims name p12; "
                      "decisions that disagreed: 3\n"),
            std::string::npos);
}

TEST_F(ShowHavip, PinnedHavipSaysWhatTheClaimsName) {
  auto havip = owned_havip();
  havip.pinned = "p11";
  havip.elected.clear();
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front").find("learn: enforce; pinned to p11, the claims name nobody\n"),
            std::string::npos);
}

TEST_F(ShowHavip, HandoverSaysWhoIsWaitedForAndHowLong) {
  auto havip = owned_havip();
  havip.elected = "p12";
  havip.handover_left_ms = 14;
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front")
                .find("handover: the claims name p12; data follows when it announces the address, in 14 ms "
                      "at the latest\n"),
            std::string::npos);
  EXPECT_EQ(run_json("show havip front json")["handover_left_ms"], 14);
}

TEST_F(ShowHavip, HistoryHasEveryDecisionAndTheStoryTheLastEight) {
  auto havip = owned_havip();
  havip.decisions.clear();
  for (std::uint32_t i = 1; i <= 12; ++i)
    havip.decisions.push_back({i, 3000, 1714564799'500000, "", "p12", {}, {}, {}, 0, 0, 0});
  havip.owner_changes = 12;
  runtime_.havips = {havip};
  const auto lines = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
  EXPECT_EQ(lines(run("show havip front history")), 13);
  EXPECT_NE(run("show havip front").find("newest last (all 12: show havip front history):\n"),
            std::string::npos);
  EXPECT_EQ(run_json("show havip front history json")["decisions"].size(), 12u);
}

TEST_F(ShowHavip, HavipWithoutOwnerSaysWhy) {
  runtime_.havips = {released_havip()};
  const auto text = run("show havip front");
  EXPECT_NE(text.find("owner: nobody\n"), std::string::npos) << text;
  EXPECT_NE(text.find("state: released, the owner left, and nobody succeeded\n"), std::string::npos);
  EXPECT_NE(text.find("why:   p11 resigned with priority 0 at 2024-05-01 12:00:12.000000 UTC, decided 900 ns "
                      "later; rule nobody: no claim of another port stands\n"),
            std::string::npos);
}

TEST_F(ShowHavip, StoppedSwitchSaysSoFirst) {
  runtime_.havips = {released_havip()};
  runtime_.is_forwarding = false;
  for (const auto* line : {"show havip front", "show havip", "show advice", "show vrrp"})
    EXPECT_EQ(run(line).rfind("FORWARDING IS STOPPED: start takes packets from the devices again\n", 0), 0u)
        << line;
}

TEST_F(ShowHavip, HavipNeverOwnedSaysSo) {
  HavipStatus havip{};
  havip.name = "front";
  havip.owner_since_ms = -1;
  runtime_.havips = {havip};
  const auto text = run("show havip front");
  EXPECT_NE(text.find("why:   no decision was made yet\n"), std::string::npos) << text;
  EXPECT_NE(text.find("candidates: none, no port is bound\n"), std::string::npos);
}

TEST_F(ShowHavip, LostDecisionIsAdmitted) {
  auto havip = owned_havip();
  havip.owner_changes = 7;
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front").find("why:   the decision was lost on its way here"), std::string::npos);
}

TEST_F(ShowHavip, HavipJsonHasTheFieldsOfTheStruct) {
  runtime_.havips = {owned_havip()};
  auto address = json::parse(R"({"stable_mac": "0e:00:0a:4d:00:64", "state": "owned_vrrp",
    "learn": "enforce", "owner": "p11", "elected": "p11", "pinned": null, "disagreements": 0, "handover": "announced", "handover_left_ms": null, "delivery_mac": "52:54:00:77:00:0b", "owner_since_ms": 4000, "now_ms": 16345,
    "owner_changes": 2, "delivered_to_old_owner": 2,
    "candidates": [
      {"port": "p11", "active": true, "fresh": true, "down": false, "evidence": "vrrp", "priority": 150, "vrid": 51,
       "interval_ms": 1000, "last_advert_age_ms": 345, "restored": false, "standing": "elected"},
      {"port": "p12", "active": false, "fresh": false, "down": false, "evidence": "none", "priority": 0, "vrid": 0,
       "interval_ms": 0, "last_advert_age_ms": -1, "restored": false, "standing": "never_claimed"}],
    "decisions": [
      {"sequence": 1, "at_ms": 3000, "at_unix_us": 1714564799500000, "from": null, "to": "p12", "trigger": "announcement",
       "rule": "latest_claim", "evidence": "announcement", "priority": 0, "vrid": 0, "evidence_to_commit_ns": 0,
       "evidence_to_commit_us": 0.0, "learn": "enforce", "generation": 0},
      {"sequence": 2, "at_ms": 4000, "at_unix_us": 1714564800500123, "from": "p12", "to": "p11", "trigger": "advert",
       "rule": "fresh_vrrp", "evidence": "vrrp", "priority": 150, "vrid": 51, "evidence_to_commit_ns": 12340,
       "evidence_to_commit_us": 12.34, "learn": "enforce", "generation": 0}],
    "dropped_without_owner": 0, "waiting": {"port": null, "age_ms": -1, "shadowed": false},
    "damping": {"moves_left": 3, "next_move_ms": 0},
    "probing": {"asking": false, "asks_about": null, "next_question_ms": -1, "unanswered_ms": -1, "confirmed_ms": -1},
    "follows": {"vrid": null, "family": null, "hint": false}, "unclaimed_since_ms": -1, "last_announcement_age_ms": -1,
    "contention": false, "several_answers": false, "multicast_mac": false, "advice": []})");
  json expected{{"name", "front"}, {"subnet", "web"}, {"ipv4", "10.77.0.100"}, {"ipv6", nullptr}};
  expected.update(address);
  address["address"] = "10.77.0.100";
  address["family"] = "ipv4";
  expected["addresses"] = json::array({address});
  EXPECT_EQ(run_json("show havip front json"), expected);
  EXPECT_EQ(run_json("show havip json"), (json{{"havips", json::array({expected})}}));
}

TEST_F(ShowHavip, EachAddressOfAHavipIsTold) {
  auto second = released_havip();
  second.address = Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0, 0, 0, 0x100});
  runtime_.havips = {owned_havip(), second};
  const auto text = run("show havip front");
  EXPECT_NE(text.find("HAVIP front: 10.77.0.100 in subnet web"), std::string::npos) << text;
  EXPECT_NE(text.find("\n\nHAVIP front: 2001:db8:77::100 in subnet web"), std::string::npos) << text;
  const auto document = run_json("show havip front json");
  EXPECT_EQ(document["ipv4"], "10.77.0.100");
  EXPECT_EQ(document["ipv6"], "2001:db8:77::100");
  EXPECT_EQ(document["owner"], "p11");
  EXPECT_EQ(document["addresses"][0]["owner"], "p11");
  EXPECT_EQ(document["addresses"][1]["family"], "ipv6");
  EXPECT_TRUE(document["addresses"][1]["owner"].is_null());
  EXPECT_EQ(run_json("show havip json")["havips"].size(), 1u);
  EXPECT_EQ(run_json("show havip front history json")["addresses"][1]["address"], "2001:db8:77::100");
  EXPECT_NE(run("show havip front history").find("10.77.0.100:\n"), std::string::npos);
  EXPECT_NE(run("show havip").find("2001:db8:77::100"), std::string::npos);
  EXPECT_EQ(run_json("show havip port p11 json")["havips"][0]["addresses"][1]["owns"], false);
}

TEST_F(ShowHavip, MissingOwnerIsNull) {
  runtime_.havips = {released_havip()};
  const auto document = run_json("show havip front json");
  EXPECT_TRUE(document["owner"].is_null());
  EXPECT_TRUE(document["delivery_mac"].is_null());
  EXPECT_TRUE(document["decisions"][2]["to"].is_null());
}

TEST_F(ShowHavip, HavipsAreListed) {
  runtime_.havips = {owned_havip()};
  EXPECT_EQ(run("show havip"),
            "HAVIP  SUBNET  ADDRESS      STATE       OWNER       FOR  CHANGES\n"
            "front  web     10.77.0.100  owned_vrrp  p11    12.345 s        2\n");
  runtime_.havips.clear();
  EXPECT_EQ(run("show havip"), "no HAVIPs\n");
}

TEST_F(ShowHavip, HavipsOfAPortSayWhetherItOwnsThem) {
  ASSERT_EQ(run("havip add spare subnet web ipv4 10.77.0.101"), "");
  runtime_.havips = {owned_havip()};
  EXPECT_EQ(run("show havip port p11"),
            "HAVIP  ADDRESS      PORT  OWNS  STATE       OWNER\n"
            "front  10.77.0.100  p11   yes   owned_vrrp  p11\n");
  EXPECT_EQ(run("show havip port p12"),
            "HAVIP  ADDRESS      PORT  OWNS  STATE       OWNER\n"
            "front  10.77.0.100  p12   no    owned_vrrp  p11\n");
  auto expected = run_json("show havip front json");
  expected["port"] = "p12";
  expected["owns"] = false;
  expected["addresses"][0]["owns"] = false;
  EXPECT_EQ(run_json("show havip port p12 json"), (json{{"havips", json::array({expected})}}));
  EXPECT_EQ(run("show havip port p99"), "error: port: \"p99\" does not exist, expected the name of a port\n");
}

TEST_F(ShowHavip, HavipsOfAnInstanceNameItsPort) {
  runtime_.havips = {released_havip()};
  EXPECT_EQ(run("show havip instance vm12"),
            "HAVIP  ADDRESS      PORT  OWNS  STATE     OWNER\n"
            "front  10.77.0.100  p12   no    released  nobody\n");
  EXPECT_EQ(run_json("show havip instance vm12 json")["havips"][0]["port"], "p12");
  ASSERT_EQ(run("havip unbind front p12"), "");
  EXPECT_EQ(run("show havip instance vm12"), "no HAVIPs\n");
  EXPECT_EQ(run_json("show havip instance vm12 json"), json::parse(R"({"havips": []})"));
  EXPECT_EQ(run("show havip instance vm1"),
            "error: instance: \"vm1\" has no port, expected the instance of one\n");
}

TEST_F(ShowHavip, InstancesAreCompleted) {
  const auto offers = commands_.complete("show havip instance vm1", service_.objects());
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(offers[0].word, "vm11");
  EXPECT_EQ(offers[1].word, "vm12");
}

TEST_F(ShowHavip, UnknownHavipIsAnError) {
  EXPECT_EQ(run("show havip nope"),
            "error: havip: \"nope\" does not exist, expected the name or address of a HAVIP\n");
}

}  // namespace
}  // namespace vipswitch::shell
