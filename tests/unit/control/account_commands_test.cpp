#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;

class AccountTest : public test::SessionTest {
 protected:
  AccountTest() {
    PortStatus port{};
    port.name = "p11";
    port.device = "net_null1";
    port.driver = "net_null";
    port.mac = Mac(0x52, 0x54, 0, 0x77, 0, 11);
    port.link_up = true;
    port.mtu = 1500;
    port.rx_queues = port.tx_queues = 1;
    port.rx_packets = 10;
    port.rx_bytes = 1000;
    port.drops = 12;
    port.tx_drops = 3;
    port.drop_counts = {{DropReason::spoofed_mac, 12, 0}, {DropReason::mtu_exceeded, 0, 3}};
    runtime_.port_statuses = {port};
    WorkerStatus worker{};
    worker.lcore = 1;
    worker.rx = 10;
    worker.generated = 2;
    worker.tx = 7;
    worker.dropped = 1;
    worker.handed_out = 4;
    runtime_.worker_statuses = {worker};
  }
  json run_json(std::string_view line) { return json::parse(run(line)); }
};

TEST_F(AccountTest, DropsOfAPortAreTwoCountsAReason) {
  EXPECT_EQ(run("show drops port p11"),
            "REASON        RECEIVED  TO_SEND  STAGE  MEANING\n"
            "spoofed_mac         12        0  guard  source MAC is not the port's own\n"
            "mtu_exceeded         0        3  tx     longer than the outgoing port's MTU\n");
  const auto document = run_json("show drops port p11 json");
  EXPECT_EQ(document["port"], "p11");
  EXPECT_EQ(document["drops"].size(), kDropReasonCount);
  EXPECT_EQ(document["drops"]["spoofed_mac"], 12);
  EXPECT_EQ(document["tx_drops"]["spoofed_mac"], 0);
  EXPECT_EQ(document["tx_drops"]["mtu_exceeded"], 3);
}

TEST_F(AccountTest, PortWithoutDropsSaysSo) {
  runtime_.port_statuses[0].drop_counts.clear();
  EXPECT_EQ(run("show drops port p11"), "no drops\n");
}

TEST_F(AccountTest, UnknownPortIsAnError) {
  EXPECT_EQ(run("show drops port p99"),
            "error: port: \"p99\" does not exist, expected one of the ports, or uplink\n");
}

TEST_F(AccountTest, UplinkIsCompletedAmongThePorts) {
  const auto offers = commands_.complete("show drops port ", service_.objects());
  ASSERT_EQ(offers.size(), 3u);
  EXPECT_EQ(offers[2].word, "uplink");
}

TEST_F(AccountTest, ConservationShowsBothSides) {
  EXPECT_EQ(run("show conservation"),
            "worker on lcore 1: conserved: every packet that came has ended exactly once\n"
            "  in:  rx 10 + generated 2 + replicated 0 + handed_in 0 = 12\n"
            "  out: tx 7 + dropped 1 + consumed 0 + to_control 0 + handed_out 4 = 12\n"
            "on the way between workers: 4 packets\n");
  EXPECT_EQ(run_json("show conservation json"), json::parse(R"({"conserved": true, "between_workers": 4,
    "workers": [{"lcore": 1, "conserved": true, "difference": 0,
      "in": {"rx": 10, "generated": 2, "replicated": 0, "handed_in": 0, "total": 12},
      "out": {"tx": 7, "dropped": 1, "consumed": 0, "to_control": 0, "handed_out": 4, "total": 12}}]})"));
}

TEST_F(AccountTest, BrokenConservationSaysWhichWay) {
  runtime_.worker_statuses[0].tx = 5;
  EXPECT_NE(run("show conservation").find("NOT CONSERVED, a defect: 2 packets came and have not ended\n"),
            std::string::npos);
  runtime_.worker_statuses[0].tx = 10;
  EXPECT_NE(run("show conservation").find("NOT CONSERVED, a defect: 3 packets ended that never came\n"),
            std::string::npos);
  const auto document = run_json("show conservation json");
  EXPECT_EQ(document["conserved"], false);
  EXPECT_EQ(document["workers"][0]["difference"], -3);
}

TEST_F(AccountTest, TablesTellOccupancyAndMemory) {
  runtime_.table_statuses = {{"eips", 1, 16384, 1000}, {"neighbours", 1024, 1024, 500}};
  EXPECT_EQ(run("show tables"),
            "TABLE       ENTRIES  CAPACITY  USED  BYTES\n"
            "eips              1     16384    0%   1000\n"
            "neighbours     1024      1024  100%    500\n"
            "all tables: 1500 bytes\n"
            "neighbours is FULL: what needs another place is refused, nothing is lost\n");
  EXPECT_EQ(run_json("show tables json"), json::parse(R"({"tables": [
    {"name": "eips", "entries": 1, "capacity": 16384, "bytes": 1000},
    {"name": "neighbours", "entries": 1024, "capacity": 1024, "bytes": 500}], "bytes": 1500})"));
}

}  // namespace
}  // namespace vipswitch::shell
