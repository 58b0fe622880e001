#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/control/session_fixture.h"

namespace vipswitch::shell {
namespace {

using nlohmann::json;

class ObserveCommandsTest : public test::SessionTest {
 protected:
  ObserveCommandsTest() {
    LiveTraceStatus trace{.number = 3, .port = "p11", .filter = "icmp", .count = 5, .seen = 1};
    trace.packets.push_back({12345,
                             60,
                             "a frame",
                             {{"parse", "next", {"IPv4"}}, {"guard", "drop", {"one"}}},
                             "drop",
                             "spoofed_ip"});
    runtime_.live_traces = {trace};
    CaptureStatus capture{.number = 2, .request = {}, .is_running = true, .packets = 7, .bytes = 900};
    capture.request.port = "p11";
    capture.request.file = "/tmp/x.pcapng";
    capture.beyond_rate = 4;
    capture.without_slot = 1;
    runtime_.capture_statuses = {capture};
  }
};

TEST_F(ObserveCommandsTest, TraceIsAskedForWithItsFilterAndCount) {
  EXPECT_EQ(run("trace add port uplink filter \"icmp and host 10.77.0.11\" count 5"),
            "trace 1 is on: trace show 1 tells what it has seen\n");
  EXPECT_EQ(runtime_.trace_request.port, "uplink");
  EXPECT_EQ(runtime_.trace_request.filter, "icmp and host 10.77.0.11");
  EXPECT_EQ(runtime_.trace_request.count, 5u);
  run("trace add port p11");
  EXPECT_EQ(runtime_.trace_request.filter, "");
  EXPECT_EQ(runtime_.trace_request.count, 1u);
}

TEST_F(ObserveCommandsTest, TracesAreListedToldAndRemoved) {
  EXPECT_EQ(run("trace list"),
            "TRACE  PORT  SEEN  OF  FILTER\n"
            "    3  p11      1   5  icmp\n");
  EXPECT_EQ(run("trace show 3"),
            "at 12.345 s, 60 bytes from p11: a frame\n"
            "parse    next\n"
            "         IPv4\n"
            "guard    drop\n"
            "         one\n"
            "result: drop, spoofed_ip\n"
            "\n"
            "1 of 5 packets of p11 seen\n");
  const auto document = json::parse(run("trace show 3 json"));
  EXPECT_EQ(document["packets"][0]["steps"][1]["verdict"], "drop");
  EXPECT_EQ(document["packets"][0]["reason"], "spoofed_ip");
  EXPECT_EQ(run("trace remove 3"), "");
  EXPECT_EQ(run("trace remove 4"), "error: trace: 4 does not exist\n");
  runtime_.live_traces.clear();
  EXPECT_EQ(run("trace list"), "no traces\n");
  EXPECT_EQ(json::parse(run("trace list json")), json::parse(R"({"traces": []})"));
}

TEST_F(ObserveCommandsTest, CaptureIsAskedForWithItsBounds) {
  EXPECT_EQ(run("capture port p11 /tmp/x.pcapng filter arp rate 5 snap 64 count 9"),
            "capture 1 writes /tmp/x.pcapng: capture stop 1 ends it\n");
  EXPECT_EQ(runtime_.capture_request.port, "p11");
  EXPECT_EQ(runtime_.capture_request.filter, "arp");
  EXPECT_EQ(runtime_.capture_request.rate, 5u);
  EXPECT_EQ(runtime_.capture_request.snap_bytes, 64u);
  EXPECT_EQ(runtime_.capture_request.count, 9u);
  run("capture drops /tmp/y.pcapng");
  EXPECT_EQ(runtime_.capture_request.port, "");
  EXPECT_EQ(runtime_.capture_request.rate, 10'000u);
}

TEST_F(ObserveCommandsTest, CapturesTellWhatTheyLeftOut) {
  EXPECT_EQ(run("capture list"),
            "CAPTURE  OF   STATE    PACKETS  LEFT_OUT  FILE           FILTER\n"
            "      2  p11  running        7         5  /tmp/x.pcapng  -\n");
  runtime_.capture_statuses[0].is_running = false;
  runtime_.capture_statuses[0].ended = "stopped";
  EXPECT_EQ(run("capture stop 2"),
            "capture 2 of p11 stopped: 7 packets in /tmp/x.pcapng; left out: 4 beyond 10000 a second, 1 "
            "because the file was slower\n");
  const auto document = json::parse(run("capture stop 2 json"));
  EXPECT_EQ(document["left_out_by_rate"], 4);
  EXPECT_EQ(document["left_out_by_file"], 1);
  EXPECT_EQ(document["running"], false);
  EXPECT_EQ(run("capture stop 9"), "error: capture: 9 does not exist\n");
}

}  // namespace
}  // namespace vipswitch::shell
