#include <algorithm>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;

class ShowTest : public test::SessionTest {
 protected:
  json run_json(std::string_view line) { return json::parse(run(line)); }
};

TEST_F(ShowTest, EventsAreListedAndRead) {
  runtime_.journal.add(EventName::port_link_changed, {{"port", "p11"}, {"up", false}}, 1714564799'500000);
  const std::string line = "2024-05-01 11:59:59.500000 UTC port_link_changed port=p11 up=false\n";
  EXPECT_EQ(run("show events"), line);
  EXPECT_EQ(run("show events about p11"), line);
  EXPECT_EQ(run("show events about port_link_changed count 1"), line);
  EXPECT_EQ(run("show events about p12"), "no events about p12, did you mean \"p11\"?\n");
  EXPECT_EQ(run("show events about nobody-like-it"), "no events about nobody-like-it\n");
  runtime_.journal.add(EventName::model_changed, {{"added", {"vpc shop", "havip front"}}}, 1714564799'600000);
  EXPECT_EQ(run("show events about front"),
            "2024-05-01 11:59:59.600000 UTC model_changed added=[\"vpc shop\",\"havip front\"]\n");
  EXPECT_EQ(run("show events count 0"), "error: count: 0 is out of range, expected 1 to 4294967295\n");
  EXPECT_EQ(
      run_json("show events about p11 json"),
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
    "queues": 1, "forwards": false, "rate_mbps": null, "burst_kb": null, "vrrp_filter": "none"})"));
  EXPECT_EQ(run_json("havip show front json"),
            json::parse(R"({"name": "front", "subnet": "web", "ipv4": "10.77.0.100", "ipv6": null,
    "ports": ["p11", "p12"], "pin": null, "learn": null, "handover": "announced", "follow": null})"));
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
