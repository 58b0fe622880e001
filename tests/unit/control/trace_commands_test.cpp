#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "control/trace/frame_text.h"
#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;

class TraceCommandsTest : public test::SessionTest {
 protected:
  TraceCommandsTest() {
    runtime_.packet_trace.port = "p11";
    runtime_.packet_trace.frame = "a frame";
    runtime_.packet_trace.assumed = {"p12 owns HAVIP front"};
    runtime_.packet_trace.steps = {{"parse", "next", {"IPv4"}}, {"guard", "drop", {"one", "two"}}};
    runtime_.packet_trace.verdict = "drop";
    runtime_.packet_trace.reason = "spoofed_ip";
  }
  const FrameSpec& spec() const { return std::get<FrameSpec>(runtime_.traced.frame); }
};

TEST_F(TraceCommandsTest, OutcomeIsToldStageByStage) {
  EXPECT_EQ(run("trace packet port p11 tcp to 10.77.0.100 as-owner p12"),
            "from p11: a frame\n"
            "assumed: p12 owns HAVIP front\n"
            "parse    next\n"
            "         IPv4\n"
            "guard    drop\n"
            "         one\n"
            "         two\n"
            "result: drop, spoofed_ip\n");
  EXPECT_EQ(runtime_.traced.as_owner, "p12");
}

TEST_F(TraceCommandsTest, JsonHasTheFramesThatWouldLeave) {
  runtime_.packet_trace.verdict = "sent";
  runtime_.packet_trace.reason.clear();
  runtime_.packet_trace.sent = {{"p12", "another frame", {0x01, 0xff}}};
  EXPECT_EQ(json::parse(run("trace packet port p11 tcp to 10.77.0.100 json")), json::parse(R"({
    "port": "p11", "frame": "a frame", "assumed": ["p12 owns HAVIP front"],
    "steps": [{"stage": "parse", "verdict": "next", "says": ["IPv4"]},
              {"stage": "guard", "verdict": "drop", "says": ["one", "two"]}],
    "verdict": "sent", "reason": null, "sent": [{"port": "p12", "frame": "another frame", "bytes": "01ff"}]})"));
}

TEST_F(TraceCommandsTest, WordsMakeTheFrame) {
  run("trace packet port uplink udp from 192.0.2.1 to 203.0.113.10 sport 7 dport 9 ttl 1 bytes 12");
  EXPECT_EQ(runtime_.traced.port, "uplink");
  EXPECT_EQ(spec().kind, FrameKind::kUdp);
  EXPECT_EQ(spec().source, IpAddress(Ipv4(192, 0, 2, 1)));
  EXPECT_EQ(spec().destination, IpAddress(Ipv4(203, 0, 113, 10)));
  EXPECT_EQ(spec().source_port, 7);
  EXPECT_EQ(spec().destination_port, 9);
  EXPECT_EQ(spec().ttl, 1);
  EXPECT_EQ(spec().payload_bytes, 12);
  run("trace packet port p11 vrrp vrid 51 priority 200 version 2 address 10.77.0.100,10.77.0.101");
  EXPECT_EQ(spec().vrid, 51);
  EXPECT_EQ(spec().priority, 200);
  EXPECT_EQ(spec().version, 2);
  EXPECT_EQ(spec().addresses, (std::vector<IpAddress>{Ipv4(10, 77, 0, 100), Ipv4(10, 77, 0, 101)}));
}

TEST_F(TraceCommandsTest, WordsThatDoNotFitAreRefused) {
  EXPECT_EQ(run("trace packet port p11 tcp"), "error: trace packet: tcp needs to DESTINATION\n");
  EXPECT_EQ(run("trace packet port p11 arp to 10.77.0.12 dport 8"),
            "error: trace packet: dport says nothing of arp\n");
  EXPECT_EQ(run("trace packet port p11 vrrp vrid 300 address 10.77.0.100"),
            "error: vrid: 300 is out of range, expected 0 to 255\n");
  EXPECT_EQ(run("trace packet port p11 vrrp vrid 3 address 10.77.0.100,x"),
            "error: address: \"x\" is not an IP address, expected one such as 10.77.0.1 or 2001:db8:77::1\n");
  EXPECT_EQ(run("trace packet port p11 announce address 10.77.0.100,10.77.0.101"),
            "error: address: \"10.77.0.100,10.77.0.101\" is a list, expected one address\n");
  const std::string file = std::string(VIPSWITCH_SOURCE_DIR) + "/README.md";
  EXPECT_EQ(run("trace packet port p11 " + file + " to 10.0.0.1"),
            "error: trace packet: to says nothing of a file\n");
  EXPECT_NE(run("trace packet port p11 " + file).find("error: " + file + ": no capture file"),
            std::string::npos);
  EXPECT_EQ(run("trace packet port p11 /nowhere/x.pcap"),
            "error: trace packet: \"/nowhere/x.pcap\" is no file, expected one of tcp, udp, icmp, arp, nd, "
            "announce, vrrp, or a capture\n");
  EXPECT_EQ(run("trace packet port p11 icpm to 10.77.0.12"),
            "error: trace packet: \"icpm\" is no file, expected one of tcp, udp, icmp, arp, nd, announce, "
            "vrrp, or a capture; did you mean \"icmp\"?\n");
}

TEST_F(TraceCommandsTest, FamiliesFitEachOtherAndWhatIsMade) {
  run("trace packet port p11 nd to 2001:db8:77::12 from fe80::1");
  EXPECT_EQ(spec().kind, FrameKind::kQuestion);
  EXPECT_EQ(family_of(spec().destination), Family::kIpv6);
  EXPECT_EQ(run("trace packet port p11 arp to 2001:db8:77::12"),
            "error: to: 2001:db8:77::12 is IPv6, expected IPv4\n");
  EXPECT_EQ(run("trace packet port p11 nd to 10.77.0.12"), "error: to: 10.77.0.12 is IPv4, expected IPv6\n");
  EXPECT_EQ(run("trace packet port p11 udp to 2001:db8:77::12 from 10.77.0.11"),
            "error: from: 10.77.0.11 is IPv4, expected IPv6\n");
  EXPECT_EQ(run("trace packet port p11 vrrp vrid 3 address fe80::1,10.77.0.100"),
            "error: address: 10.77.0.100 is IPv4, expected IPv6\n");
  EXPECT_EQ(run("trace packet port p11 vrrp vrid 3 version 2 address 2001:db8:77::100"),
            "error: version: 2 is of IPv4, expected 3 for 2001:db8:77::100\n");
}

TEST_F(TraceCommandsTest, FrameOfAFileIsTakenByItsNumber) {
  const auto found = std::string(VIPSWITCH_SOURCE_DIR) + "/tests/captures/vrrp2_mcast.pcap";
  run("trace packet port p11 " + found + " number 2");
  EXPECT_GT(std::get<FrameBytes>(runtime_.traced.frame).size(), 13u);
  EXPECT_NE(run("trace packet port p11 " + found + " number 4000000000").find("expected at least 4000000000"),
            std::string::npos);
}

TEST(FrameTextTest, FramesAreDescribedAsFarAsTheyReach) {
  FrameSpec spec{.kind = FrameKind::kTcp, .destination = Ipv4(10, 77, 0, 12)};
  spec.source = Ipv4(10, 77, 0, 11);
  spec.source_mac = Mac(2, 0, 0, 0, 0, 1);
  spec.destination_mac = Mac(2, 0, 0, 0, 0, 2);
  const FrameBytes frame = make_frame(spec);
  EXPECT_EQ(describe_frame(frame),
            "02:00:00:00:00:01 -> 02:00:00:00:00:02, IPv4 10.77.0.11 -> 10.77.0.12, TCP 40000 -> 80, TTL 64, "
            "40 bytes");
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_NE(describe_frame(std::span(frame).first(size)), "");
  spec.kind = FrameKind::kVrrp;
  spec.vrid = 51;
  spec.addresses = {Ipv4(10, 77, 0, 100)};
  EXPECT_NE(describe_frame(make_frame(spec)).find("VRRPv3 of group 51, priority 100, 1 addresses, TTL 255"),
            std::string::npos);
}

}  // namespace
}  // namespace vipswitch::shell
