#include <algorithm>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;

HavipStatus owned_havip() {
  HavipStatus havip{};
  havip.name = "front";
  havip.subnet = "web";
  havip.address = Ipv4(10, 77, 0, 100);
  havip.stable_mac = stable_mac(havip.address);
  havip.state = OwnerState::kOwnedVrrp;
  havip.owner = "p11";
  havip.delivery_mac = Mac(0x52, 0x54, 0, 0x77, 0, 11);
  havip.owner_since_ms = 4000;
  havip.now_ms = 16345;
  havip.owner_changes = 2;
  havip.delivered_to_old_owner = 2;
  havip.candidates = {{"p11", true, true, false, EvidenceClass::kVrrp, 150, 51, 1000, 345},
                      {"p12", false, false, false, EvidenceClass::kNone, 0, 0, 0, -1}};
  havip.decisions = {{1, 3000, 1714564799'500000, "", "p12", Trigger::kAnnouncement, Rule::kLatestClaim,
                      EvidenceClass::kAnnouncement, 0, 0, 0},
                     {2, 4000, 1714564800'500123, "p12", "p11", Trigger::kAdvert, Rule::kFreshVrrp,
                      EvidenceClass::kVrrp, 150, 51, 12340}};
  return havip;
}

HavipStatus released_havip() {
  auto havip = owned_havip();
  havip.state = OwnerState::kReleased;
  havip.owner.clear();
  havip.delivery_mac = Mac();
  havip.owner_since_ms = -1;
  havip.owner_changes = 3;
  havip.decisions.push_back({3, 16000, 1714564812'000000, "p11", "", Trigger::kResignation, Rule::kNobody,
                             EvidenceClass::kNone, 0, 0, 900});
  return havip;
}

class ShowTest : public test::SessionTest {
 protected:
  json run_json(std::string_view line) { return json::parse(run(line)); }
};

TEST_F(ShowTest, HavipIsToldInPlainWords) {
  runtime_.havips = {owned_havip()};
  EXPECT_EQ(run("show havip front"),
            "HAVIP front: 10.77.0.100 in subnet web, answered with MAC 0e:00:0a:4d:00:64\n"
            "owner: p11 for 12.345 s, frames go to 52:54:00:77:00:0b\n"
            "state: owned_vrrp, the owner sends VRRP adverts\n"
            "why:   a VRRP advert came at 2024-05-01 12:00:00.500123 UTC; rule fresh_vrrp: highest priority "
            "among ports "
            "with fresh adverts; evidence vrrp, priority 150, VRID 51\n"
            "delivered to an old owner after a change: 2 packets\n"
            "candidates:\n"
            "  PORT  CLAIMS  ADVERTS  EVIDENCE  PRIORITY  VRID  INTERVAL_MS  LAST_ADVERT_MS\n"
            "  p11   yes     fresh    vrrp           150    51         1000             345\n"
            "  p12   no      none     none             -     -            -               -\n"
            "last decisions, newest last:\n"
            "  SEQUENCE  AT                              FROM    TO   TRIGGER       RULE          "
            "EVIDENCE                     COMMIT_US\n"
            "         1  2024-05-01 11:59:59.500000 UTC  nobody  p12  announcement  latest_claim  "
            "announcement                         -\n"
            "         2  2024-05-01 12:00:00.500123 UTC  p12     p11  advert        fresh_vrrp    "
            "vrrp, priority 150, VRID 51       12.3\n");
}

TEST_F(ShowTest, ObservedHavipSaysWhereItsDataGoesAndWhatTheClaimsSay) {
  auto havip = owned_havip();
  havip.state = OwnerState::kFixed;
  havip.learn = LearnMode::kObserve;
  havip.elected = "p12";
  havip.disagreements = 3;
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front")
                .find("learn: observe; the data stays at the port that is bound first, the claims name p12; "
                      "decisions "
                      "that disagreed: 3\n"),
            std::string::npos);
}

TEST_F(ShowTest, PinnedHavipSaysWhatTheClaimsName) {
  auto havip = owned_havip();
  havip.pinned = "p11";
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front").find("learn: enforce; pinned to p11, the claims name nobody\n"),
            std::string::npos);
}

TEST_F(ShowTest, HandoverSaysWhoIsWaitedForAndHowLong) {
  auto havip = owned_havip();
  havip.elected = "p12";
  havip.handover_left_ms = 14;
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front")
                .find("handover: the claims name p12; data follows when it announces the address, "
                      "in 14 ms at the latest\n"),
            std::string::npos);
  EXPECT_EQ(run_json("show havip front json")["handover_left_ms"], 14);
}

TEST_F(ShowTest, HistoryHasEveryDecisionAndTheStoryTheLastEight) {
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

TEST_F(ShowTest, EventsAreListedAndRead) {
  runtime_.journal.add(EventName::port_link_changed, {{"port", "p11"}, {"up", false}}, 1714564799'500000);
  EXPECT_EQ(run("show events"), "2024-05-01 11:59:59.500000 UTC port_link_changed port=p11 up=false\n");
  EXPECT_EQ(
      run_json("show events json"),
      json::parse(
          R"({"events": [{"event": "port_link_changed", "number": 1, "at": "2024-05-01T11:59:59.500000Z",
                           "at_unix_us": 1714564799500000, "port": "p11", "up": false}]})"));
}

TEST_F(ShowTest, EventsArePrintedWhileTheyAreOn) {
  const auto printed_by = [&](auto&& act) {
    const auto before = output_.size();
    act();
    return output_.substr(before);
  };
  const auto happen = [&] {
    runtime_.journal.add(EventName::stopping, {{"reason", "quit"}}, 1714564799'500000);
  };
  EXPECT_EQ(printed_by(happen), "");
  run("events on");
  EXPECT_EQ(printed_by(happen), "2024-05-01 11:59:59.500000 UTC stopping reason=quit\n");
  run("events on json");
  EXPECT_EQ(json::parse(printed_by(happen))["event"], "stopping");
  run("events off");
  EXPECT_EQ(printed_by(happen), "");
}

TEST_F(ShowTest, HavipWithoutOwnerSaysWhy) {
  runtime_.havips = {released_havip()};
  const auto text = run("show havip front");
  EXPECT_NE(text.find("owner: nobody\n"), std::string::npos) << text;
  EXPECT_NE(
      text.find("state: released, the owner resigned, went down or was unbound, and nobody succeeded\n"),
      std::string::npos);
  EXPECT_NE(text.find("why:   the owner resigned with priority 0 at 2024-05-01 12:00:12.000000 UTC; rule "
                      "nobody: no claim "
                      "stands\n"),
            std::string::npos);
}

TEST_F(ShowTest, HavipNeverOwnedSaysSo) {
  HavipStatus havip{};
  havip.name = "front";
  havip.owner_since_ms = -1;
  runtime_.havips = {havip};
  const auto text = run("show havip front");
  EXPECT_NE(text.find("why:   no decision was made yet\n"), std::string::npos) << text;
  EXPECT_NE(text.find("candidates: none, no port is bound\n"), std::string::npos);
}

TEST_F(ShowTest, LostDecisionIsAdmitted) {
  auto havip = owned_havip();
  havip.owner_changes = 7;
  runtime_.havips = {havip};
  EXPECT_NE(run("show havip front").find("why:   the decision was lost on its way here"), std::string::npos);
}

TEST_F(ShowTest, HavipJsonHasTheFieldsOfTheStruct) {
  runtime_.havips = {owned_havip()};
  auto address = json::parse(R"({"stable_mac": "0e:00:0a:4d:00:64", "state": "owned_vrrp",
    "learn": "enforce", "owner": "p11", "elected": null, "pinned": null, "disagreements": 0, "handover": "announced", "handover_left_ms": null, "delivery_mac": "52:54:00:77:00:0b", "owner_since_ms": 4000, "now_ms": 16345,
    "owner_changes": 2, "delivered_to_old_owner": 2,
    "candidates": [
      {"port": "p11", "active": true, "fresh": true, "down": false, "evidence": "vrrp", "priority": 150, "vrid": 51,
       "interval_ms": 1000, "last_advert_age_ms": 345, "restored": false},
      {"port": "p12", "active": false, "fresh": false, "down": false, "evidence": "none", "priority": 0, "vrid": 0,
       "interval_ms": 0, "last_advert_age_ms": -1, "restored": false}],
    "decisions": [
      {"sequence": 1, "at_ms": 3000, "at_unix_us": 1714564799500000, "from": null, "to": "p12", "trigger": "announcement",
       "rule": "latest_claim", "evidence": "announcement", "priority": 0, "vrid": 0, "evidence_to_commit_ns": 0,
       "evidence_to_commit_us": 0.0, "learn": "enforce", "generation": 0},
      {"sequence": 2, "at_ms": 4000, "at_unix_us": 1714564800500123, "from": "p12", "to": "p11", "trigger": "advert",
       "rule": "fresh_vrrp", "evidence": "vrrp", "priority": 150, "vrid": 51, "evidence_to_commit_ns": 12340,
       "evidence_to_commit_us": 12.34, "learn": "enforce", "generation": 0}]})");
  json expected{{"name", "front"}, {"subnet", "web"}, {"ipv4", "10.77.0.100"}, {"ipv6", nullptr}};
  expected.update(address);
  address["address"] = "10.77.0.100";
  address["family"] = "ipv4";
  expected["addresses"] = json::array({address});
  EXPECT_EQ(run_json("show havip front json"), expected);
  EXPECT_EQ(run_json("show havip json"), (json{{"havips", json::array({expected})}}));
}

TEST_F(ShowTest, EachAddressOfAHavipIsTold) {
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

TEST_F(ShowTest, MissingOwnerIsNull) {
  runtime_.havips = {released_havip()};
  const auto document = run_json("show havip front json");
  EXPECT_TRUE(document["owner"].is_null());
  EXPECT_TRUE(document["delivery_mac"].is_null());
  EXPECT_TRUE(document["decisions"][2]["to"].is_null());
}

TEST_F(ShowTest, HavipsAreListed) {
  runtime_.havips = {owned_havip()};
  EXPECT_EQ(run("show havip"),
            "HAVIP  SUBNET  ADDRESS      STATE       OWNER       FOR  CHANGES\n"
            "front  web     10.77.0.100  owned_vrrp  p11    12.345 s        2\n");
  runtime_.havips.clear();
  EXPECT_EQ(run("show havip"), "no HAVIPs\n");
}

TEST_F(ShowTest, HavipsOfAPortSayWhetherItOwnsThem) {
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

TEST_F(ShowTest, HavipsOfAnInstanceNameItsPort) {
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

TEST_F(ShowTest, InstancesAreCompleted) {
  const auto offers = commands_.complete("show havip instance vm1", service_.objects());
  ASSERT_EQ(offers.size(), 2u);
  EXPECT_EQ(offers[0].word, "vm11");
  EXPECT_EQ(offers[1].word, "vm12");
}

TEST_F(ShowTest, UnknownHavipIsAnError) {
  EXPECT_EQ(run("show havip nope"), "error: havip: \"nope\" does not exist, expected the name of a HAVIP\n");
}

TEST_F(ShowTest, DropsLeaveOutZeros) {
  EXPECT_EQ(run("show drops"), "no drops\n");
  runtime_.drop_counts = {
      {DropReason::truncated, 0}, {DropReason::spoofed_mac, 12}, {DropReason::no_mbuf, 3}};
  EXPECT_EQ(run("show drops"),
            "REASON       PACKETS  STAGE  MEANING\n"
            "spoofed_mac       12  guard  source MAC is not the port's own\n"
            "no_mbuf            3  tx     the worker's packet pool is empty\n");
}

TEST_F(ShowTest, DropsJsonHasEveryReason) {
  for (std::size_t i = 0; i < kDropReasonCount; ++i)
    runtime_.drop_counts.push_back({static_cast<DropReason>(i), i});
  const auto document = run_json("show drops json");
  ASSERT_EQ(document["drops"].size(), kDropReasonCount);
  EXPECT_EQ(document["drops"]["truncated"], 0);
  EXPECT_EQ(document["drops"]["no_mbuf"], static_cast<std::size_t>(DropReason::no_mbuf));
}

TEST_F(ShowTest, LearningIsCounted) {
  EXPECT_EQ(run("show learning"), "nothing was learned\n");
  runtime_.learn_counts = {{LearnCounter::advert, 5}, {LearnCounter::weak, 0}};
  EXPECT_EQ(run("show learning"),
            "COUNTER  COUNT  MEANING\n"
            "advert       5  VRRP adverts of a HAVIP used as evidence\n");
  EXPECT_EQ(run_json("show learning json"), json::parse(R"({"learning": {"advert": 5, "weak": 0}})"));
}

TEST_F(ShowTest, PortsAreCountedAndDescribed) {
  runtime_.port_statuses = {{"uplink", "net_af_packet0,iface=sw-inet", "net_af_packet",
                             Mac(2, 0, 0x5e, 0x10, 0, 1), true, 1500, 1, 2, 10, 1000, 20, 2000, 3, 4}};
  EXPECT_EQ(run("show port stats"),
            "PORT    RX_PACKETS  RX_BYTES  TX_PACKETS  TX_BYTES  RX_MISSED  DROPS  TX_DROPS\n"
            "uplink          10      1000          20      2000          3      4         0\n");
  EXPECT_EQ(run("show port info"),
            "PORT    LINK  MAC                 MTU  RXQ  TXQ  DRIVER         DEVICE\n"
            "uplink  up    02:00:5e:10:00:01  1500    1    2  net_af_packet  net_af_packet0,iface=sw-inet\n");
  const auto expected = json::parse(R"({"ports": [{"name": "uplink", "device": "net_af_packet0,iface=sw-inet",
    "driver": "net_af_packet", "mac": "02:00:5e:10:00:01", "link_up": true, "mtu": 1500, "rx_queues": 1, "tx_queues": 2,
    "rx_packets": 10, "rx_bytes": 1000, "tx_packets": 20, "tx_bytes": 2000, "rx_missed": 3, "drops": 4,
    "tx_drops": 0}]})");
  EXPECT_EQ(run_json("show port stats json"), expected);
  EXPECT_EQ(run_json("show port info json"), expected);
}

TEST_F(ShowTest, WorkersSayWhetherPacketsAreConserved) {
  WorkerStatus worker{};
  worker.lcore = 1;
  worker.polls = 100;
  worker.busy_cycles = 25;
  worker.idle_cycles = 75;
  worker.rx = 10;
  worker.tx = 9;
  worker.dropped = 1;
  worker.fragmented = 2;
  worker.errors_told = 3;
  worker.queues = {"uplink:0", "p11:0"};
  worker.load_percent = 12.5;
  worker.packets_per_poll = 3;
  runtime_.worker_statuses = {worker};
  EXPECT_EQ(run("show worker stats"),
            "worker on lcore 1: load 12.5%, 3.0 packets per poll, queues uplink:0 p11:0\n"
            "  polls 100, empty 0, sleeps 0; cycles busy 25, idle 75\n"
            "  in:  rx 10 + generated 0 + replicated 0 + handed_in 0\n"
            "  out: tx 9 + dropped 1 + consumed 0 + to_control 0 + handed_out 0\n"
            "  fragmented 2, ICMP errors told 3\n"
            "  conserved\n");
  EXPECT_EQ(run_json("show worker stats json")["workers"][0]["conserved"], true);
  runtime_.worker_statuses[0].tx = 8;
  EXPECT_NE(run("show worker stats").find("NOT CONSERVED"), std::string::npos);
  runtime_.worker_statuses[0].stuck = true;
  EXPECT_NE(run("show worker stats").find("; STUCK: no poll finished for 100 ms or more\n"),
            std::string::npos);
  EXPECT_EQ(run_json("show worker stats json")["workers"][0]["conserved"], false);
}

TEST_F(ShowTest, NeighboursAreListed) {
  EXPECT_EQ(run("show neighbours"), "no neighbours\n");
  runtime_.neighbour_statuses = {{Ipv4(198, 51, 100, 1), Mac(2, 0, 0, 0, 0, 9), "resolved"},
                                 {Ipv4(198, 51, 100, 7), Mac(), "resolving"}};
  EXPECT_EQ(run("show neighbours"),
            "ADDRESS       MAC                STATE\n"
            "198.51.100.1  02:00:00:00:00:09  resolved\n"
            "198.51.100.7  -                  resolving\n");
  EXPECT_EQ(run_json("show neighbours json"), json::parse(R"({"neighbours": [
    {"address": "198.51.100.1", "mac": "02:00:00:00:00:09", "state": "resolved"},
    {"address": "198.51.100.7", "mac": null, "state": "resolving"}]})"));
}

TEST_F(ShowTest, UplinkIsToldWithWhatItsProgramDecided) {
  EXPECT_EQ(run("show uplink"), "no uplink is set\n");
  UplinkStatus uplink{.port = {.name = "uplink",
                               .device = "net_af_xdp_eth1,iface=eth1,queue_count=1",
                               .driver = "net_af_xdp",
                               .mac = Mac(2, 0, 0, 0, 0, 1),
                               .link_up = true,
                               .mtu = 1500,
                               .rx_queues = 1,
                               .tx_queues = 1,
                               .rx_packets = 7,
                               .rx_bytes = 700,
                               .tx_packets = 5,
                               .tx_bytes = 500,
                               .rx_missed = 3,
                               .drops = 0},
                      .interface = "eth1",
                      .rx_errors = 1,
                      .tx_errors = 2};
  uplink.filter = UplinkFilterStatus{.is_attached = false,
                                     .is_native = true,
                                     .program_id = 42,
                                     .tag = "f00d",
                                     .ipv4_addresses = 2,
                                     .ipv4_capacity = 16,
                                     .verdicts = {{"ipv4", "IPv4 to an address of the switch", true, 9, 1},
                                                  {"tagged", "with a VLAN id", false, 4, 0}}};
  runtime_.uplink_status = uplink;
  EXPECT_EQ(run("show uplink"),
            "device net_af_xdp_eth1,iface=eth1,queue_count=1, driver net_af_xdp, shared with the host\n"
            "link up, MAC 02:00:00:00:00:01, MTU 1500, 1 rx and 1 tx queues\n"
            "received 7 packets, 700 bytes; 3 missed, 1 errors\n"
            "sent 5 packets, 500 bytes; 2 errors\n"
            "XDP program 42, tag f00d, native mode; NOT on the interface any more\n"
            "addresses of the switch: IPv4 2 of 16, IPv6 0 of 0\n"
            "VERDICT  TO      FRAMES  WITHOUT_SOCKET  MEANING\n"
            "ipv4     switch       9               1  IPv4 to an address of the switch\n"
            "tagged   kernel       4               -  with a VLAN id\n");
}

TEST_F(ShowTest, ObjectsHaveAJsonForm) {
  EXPECT_EQ(run_json("vpc show json"),
            json::parse(R"({"vpcs": [{"name": "shop", "vni": 1001, "mtu": 1500, "clamp_mss": false}]})"));
  EXPECT_EQ(run_json("subnet show web json"),
            json::parse(R"({"name": "web", "vpc": "shop", "ipv4": "10.77.0.0/24",
    "gateway": "10.77.0.1", "ipv6": null, "gateway6": null, "havip_quota": 10,
    "managed": false, "dns": [], "dhcp": {"lease_s": 86400, "routes": []}})"));
  EXPECT_EQ(run_json("port show p11 json"),
            json::parse(R"({"name": "p11", "instance": "vm11", "nic": "primary",
    "subnet": "web", "mac": "52:54:00:77:00:0b", "ipv4": "10.77.0.11", "ipv6": null, "device": "net_af_packet11,iface=sw-vm11", "interface": null,
    "queues": 1, "forwards": false, "rate_mbps": null, "burst_kb": null})"));
  EXPECT_EQ(run_json("havip show front json"),
            json::parse(R"({"name": "front", "subnet": "web", "ipv4": "10.77.0.100", "ipv6": null,
    "ports": ["p11", "p12"], "pin": null, "learn": null, "handover": "announced"})"));
  EXPECT_EQ(run_json("eip show public json"),
            json::parse(R"({"name": "public", "ipv4": "203.0.113.10", "ipv6": null,
    "target": {"havip": "front"}, "rate_in_mbps": null, "rate_out_mbps": null, "burst_kb": null})"));
  EXPECT_EQ(run_json("uplink show json"),
            json::parse(R"({"device": "net_af_packet0,iface=sw-inet", "interface": null,
    "mac": "02:00:5e:10:00:01", "addresses": ["198.51.100.2/24"], "gateway": "198.51.100.1", "gateway6": null, "mtu": 1500, "queues": 1})"));
  EXPECT_EQ(run_json("show config json")["eips"][0]["name"], "public");
}

TEST_F(ShowTest, RoutesAreThoseThatAreWrittenAndThoseOfSubnets) {
  EXPECT_EQ(run("route add shop 0.0.0.0/0 via havip front"), "");
  EXPECT_EQ(run("route add shop 172.16.0.0/12 via blackhole"), "");
  EXPECT_EQ(run("show routes shop"),
            "VPC   TO             VIA          ORIGIN\n"
            "shop  0.0.0.0/0      havip front  written\n"
            "shop  10.77.0.0/24   subnet web   subnet\n"
            "shop  172.16.0.0/12  blackhole    written\n"
            "shop  ::/0           internet     default\n");
  EXPECT_EQ(run_json("show routes json")["routes"][1],
            json::parse(R"({"vpc": "shop", "to": "10.77.0.0/24", "via": "subnet", "name": "web",
    "origin": "subnet"})"));
  EXPECT_EQ(run_json("show config json")["routes"][0],
            json::parse(R"({"vpc": "shop", "to": "0.0.0.0/0", "via": "havip", "name": "front"})"));
  EXPECT_EQ(run("route del shop 0.0.0.0/0"), "");
  EXPECT_EQ(run("route del shop 0.0.0.0/0"),
            "error: to: VPC \"shop\" has no route to 0.0.0.0/0, expected one that is written\n");
  EXPECT_EQ(run("port set p11 forwards true"), "");
  EXPECT_EQ(run_json("port show p11 json")["forwards"], true);
}

}  // namespace
}  // namespace vipswitch::shell
