// Live traces and captures on workers that poll real queues.

#include "control/observe/observations.h"

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <pcap/pcap.h>
#include <unistd.h>

#include "control/observe/compile_filter.h"
#include "tests/unit/dataplane/ring_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

CaptureRequest into(const std::string& file, const std::string& port) {
  CaptureRequest request;
  request.file = file;
  request.port = port;
  return request;
}

template <class T>
std::string error_of(const Result<T>& result) {
  return result.ok() ? "succeeded" : result.error().message;
}

class ObservationsTest : public ::testing::Test {
 protected:
  ObservationsTest() : p11(bed.add_port(11)), p12(bed.add_port(12)) { bed.settle(); }
  void TearDown() override {
    bed.settle();
    p11.take_sent();
    p12.take_sent();
    EXPECT_TRUE(bed.is_conserved());
    EXPECT_TRUE(bed.is_every_pool_full());
  }

  Observations& observations() { return bed.control().observations(); }
  const Observation* seen_by_worker() { return bed.worker().state().observation.load(); }
  void send(const Frame& frame) {
    p11.push(frame, bed.worker().pool());
    bed.settle();
    sent = p12.take_sent();
  }
  LiveTraceStatus trace(unsigned number) { return observations().trace(number).value(); }

  RingBed bed;
  RingDevice &p11, &p12;
  std::vector<Frame> sent;
};

// --- filters

TEST(CompileFilter, ExpressionsAreProgramsOrSaidToBeNone) {
  EXPECT_TRUE(compile_filter("").ok());
  EXPECT_TRUE(compile_filter("icmp and host 10.77.0.11 or (tcp[tcpflags] & tcp-syn != 0)").ok());
  EXPECT_TRUE(compile_filter("ether host 52:54:00:77:00:11 and not arp").ok());
  EXPECT_TRUE(compile_filter("ip6 and src net 2001:db8::/32").ok());
  EXPECT_THAT(error_of(compile_filter("tcp and")), HasSubstr("filter: \"tcp and\" does not compile: "));
  EXPECT_THAT(
      error_of(compile_filter("host www.example.com")),
      HasSubstr("filter: \"www.example.com\" is not a word of pcap-filter(7), and names are not looked up"));
}

// --- live traces

TEST_F(ObservationsTest, NothingIsObservedUnlessAskedFor) {
  EXPECT_EQ(seen_by_worker(), nullptr);
  send(RingBed::frame(11, 12));
  EXPECT_EQ(sent.size(), 1u);
}

TEST_F(ObservationsTest, TraceRemembersEachStageOfMatchingPackets) {
  const unsigned number = observations().add_trace({"p11", "udp", 2}).value();
  ASSERT_NE(seen_by_worker(), nullptr);
  send(RingBed::frame(11, 12));
  EXPECT_EQ(sent.size(), 1u);
  send(Frame(60));  // no UDP
  const auto status = trace(number);
  EXPECT_EQ(status.seen, 1u);
  ASSERT_EQ(status.packets.size(), 1u);
  const TracedPacket& packet = status.packets[0];
  EXPECT_EQ(packet.size, RingBed::frame(11, 12).size());
  EXPECT_THAT(packet.frame, HasSubstr("IPv4 10.77.0.11 -> 10.77.0.12, UDP"));
  ASSERT_EQ(packet.steps.size(), 5u);
  EXPECT_EQ(packet.steps[4].stage, "resolve");
  EXPECT_THAT(packet.steps[4].says.back(), HasSubstr("goes to p12, destination MAC 52:54:00:77:00:0c"));
  EXPECT_EQ(packet.verdict, "forward");
}

TEST_F(ObservationsTest, TraceOfADropEndsWhereItIsDropped) {
  const unsigned number = observations().add_trace({"p11", "", 1}).value();
  send(Frame(60));
  const auto packets = trace(number).packets;
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(packets[0].verdict, "drop");
  EXPECT_EQ(packets[0].reason, "spoofed_mac");
  EXPECT_EQ(packets[0].steps.size(), 2u);
}

TEST_F(ObservationsTest, TraceIsBoundedAndOfOnePort) {
  const unsigned number = observations().add_trace({"p12", "", 3}).value();
  send(RingBed::frame(11, 12));
  EXPECT_EQ(trace(number).seen, 0u);
  for (int i = 0; i < 5; ++i) p12.push(RingBed::frame(12, 11), bed.worker().pool());
  bed.settle();
  EXPECT_EQ(trace(number).seen, 3u);
  EXPECT_EQ(trace(number).packets.size(), 3u);
  EXPECT_EQ(p11.take_sent().size(), 5u);
}

TEST_F(ObservationsTest, RemovedTraceIsLetGoByTheWorkers) {
  const unsigned number = observations().add_trace({"p11", "", 3}).value();
  ASSERT_TRUE(observations().remove_trace(number).ok());
  EXPECT_EQ(seen_by_worker(), nullptr);
  EXPECT_THAT(observations().traces(), IsEmpty());
  EXPECT_THAT(error_of(observations().remove_trace(number)), HasSubstr("trace: 1 does not exist"));
  send(RingBed::frame(11, 12));
}

TEST_F(ObservationsTest, TraceOfAPortThatGoesIsDisarmed) {
  observations().add_trace({"p12", "", 3}).value();
  ASSERT_TRUE(bed.service().remove_port("p12").ok());
  bed.settle();
  EXPECT_EQ(seen_by_worker(), nullptr);
  EXPECT_EQ(observations().traces().size(), 1u);
}

TEST_F(ObservationsTest, RefusalsNameWhatIsWrong) {
  EXPECT_THAT(error_of(observations().add_trace({"p99", "", 1})), HasSubstr("port: \"p99\" does not exist"));
  EXPECT_THAT(error_of(observations().add_trace({"p11", "nonsense", 1})), HasSubstr("filter: \"nonsense\""));
  EXPECT_THAT(error_of(observations().add_trace({"p11", "", 0})), HasSubstr("count: 0 is out of range"));
  EXPECT_THAT(error_of(observations().add_trace({"p11", "", 1001})),
              HasSubstr("count: 1001 is out of range"));
  for (std::size_t i = 0; i < Observations::kMaxTraces; ++i)
    EXPECT_TRUE(observations().add_trace({"p11", "", 1}).ok());
  EXPECT_THAT(error_of(observations().add_trace({"p11", "", 1})), HasSubstr("there are 8 already"));
  EXPECT_THAT(error_of(observations().start_capture(into("/nowhere/x.pcapng", "p11"))),
              HasSubstr("/nowhere/x.pcapng: cannot be written: No such file"));
  for (const auto& [argument, member] :
       {std::pair{"rate: 0", &CaptureRequest::rate}, {"snap: 0", &CaptureRequest::snap_bytes}}) {
    CaptureRequest request = into("/tmp/x.pcapng", "p11");
    request.*member = 0;
    EXPECT_THAT(error_of(observations().start_capture(request)),
                HasSubstr(std::string(argument) + " is out of range"));
  }
  CaptureRequest none = into("/tmp/x.pcapng", "p11");
  none.count = 0;
  EXPECT_THAT(error_of(observations().start_capture(none)), HasSubstr("count: 0 is out of range"));
  EXPECT_THAT(error_of(observations().stop_capture(7)), HasSubstr("capture: 7 does not exist"));
}

// --- captures

struct Block {
  std::uint32_t type;
  std::vector<std::uint8_t> body;

  std::uint32_t word(std::size_t index) const {
    std::uint32_t value;
    std::memcpy(&value, body.data() + 4 * index, sizeof value);
    return value;
  }
  // Code -> value, of the options from `offset` on.
  std::map<unsigned, std::string> options(std::size_t offset) const {
    std::map<unsigned, std::string> found;
    while (offset + 4 <= body.size()) {
      std::uint16_t code, size;
      std::memcpy(&code, body.data() + offset, 2);
      std::memcpy(&size, body.data() + offset + 2, 2);
      if (code == 0) break;
      found[code] = std::string(reinterpret_cast<const char*>(body.data() + offset + 4), size);
      offset += 4u + (size + 3u) / 4u * 4u;
    }
    return found;
  }
};

std::vector<Block> read_blocks(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<Block> blocks;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint32_t type, size, again;
    std::memcpy(&type, bytes.data() + at, 4);
    std::memcpy(&size, bytes.data() + at + 4, 4);
    if (size < 12 || at + size > bytes.size()) {
      ADD_FAILURE() << "a block of " << size << " bytes at " << at;
      return blocks;
    }
    std::memcpy(&again, bytes.data() + at + size - 4, 4);
    EXPECT_EQ(size, again);
    blocks.push_back(
        {type,
         {bytes.begin() + static_cast<long>(at) + 8, bytes.begin() + static_cast<long>(at + size) - 4}});
    at += size;
  }
  return blocks;
}

// What a capture holds of one packet.
struct Read {
  std::string interface;
  unsigned direction;  // 1 in, 2 out
  std::string comment;
  std::uint32_t captured, size;
  bool operator==(const Read&) const = default;
};

void PrintTo(const Read& read, std::ostream* out) {
  *out << read.interface << " " << read.direction << " \"" << read.comment << "\" " << read.captured << " of "
       << read.size;
}

std::vector<Read> read_capture(const std::string& path) {
  std::vector<std::string> interfaces;
  std::vector<Read> packets;
  for (const Block& block : read_blocks(path)) {
    if (block.type == 1) interfaces.push_back(block.options(8).at(2));
    if (block.type != 6) continue;
    const auto options = block.options(20 + (block.word(3) + 3) / 4 * 4);
    packets.push_back({interfaces.at(block.word(0)), static_cast<std::uint8_t>(options.at(2)[0]),
                       options.contains(1) ? options.at(1) : "", block.word(3), block.word(4)});
  }
  return packets;
}

class CaptureTest : public ObservationsTest {
 protected:
  void TearDown() override {
    ObservationsTest::TearDown();
    std::filesystem::remove(file);
  }
  CaptureStatus stop(unsigned number) {
    bed.settle();
    return observations().stop_capture(number).value();
  }
  std::vector<Read> read() { return read_capture(file); }

  const std::string file =
      std::filesystem::temp_directory_path() / ("vipswitch-capture-" + std::to_string(getpid()));
};

TEST_F(CaptureTest, PortIsCapturedInBothDirectionsWithItsDrops) {
  const unsigned number = observations().start_capture(into(file, "p11")).value();
  send(RingBed::frame(11, 12));
  p12.push(RingBed::frame(12, 11), bed.worker().pool());
  bed.settle();
  send(Frame(60));
  const CaptureStatus status = stop(number);
  EXPECT_EQ(status.packets, 4u);
  EXPECT_EQ(status.ended, "stopped");
  EXPECT_EQ(status.bytes, std::filesystem::file_size(file));
  const auto size = static_cast<std::uint32_t>(RingBed::frame(11, 12).size());
  EXPECT_THAT(read(),
              ElementsAre(Read{"p11", 1, "", size, size}, Read{"p11", 2, "", size, size},
                          Read{"p11", 1, "", 60, 60}, Read{"p11", 1, "dropped: spoofed_mac", 60, 60}));
  EXPECT_EQ(seen_by_worker(), nullptr);
}

TEST_F(CaptureTest, DropsOfEveryPortAreCapturedAlone) {
  CaptureRequest request = into(file, "");
  request.filter = "less 100";
  const unsigned number = observations().start_capture(request).value();
  send(RingBed::frame(11, 12));
  send(Frame(60));
  send(Frame(200));  // the filter
  p12.push(Frame(64), bed.worker().pool());
  EXPECT_EQ(stop(number).packets, 2u);
  EXPECT_THAT(read(), ElementsAre(Read{"p11", 1, "dropped: spoofed_mac", 60, 60},
                                  Read{"p12", 1, "dropped: spoofed_mac", 64, 64}));
}

TEST_F(CaptureTest, FileIsReadByLibpcapByteForByte) {
  const unsigned number = observations().start_capture(into(file, "p11")).value();
  send(RingBed::frame(11, 12, 300));
  stop(number);
  char reason[PCAP_ERRBUF_SIZE];
  pcap_t* opened = pcap_open_offline(file.c_str(), reason);
  ASSERT_NE(opened, nullptr) << reason;
  pcap_pkthdr* header;
  const u_char* bytes;
  ASSERT_EQ(pcap_next_ex(opened, &header, &bytes), 1);
  EXPECT_EQ(Frame(bytes, bytes + header->caplen), RingBed::frame(11, 12, 300));
  EXPECT_LT(std::abs(static_cast<double>(header->ts.tv_sec) - static_cast<double>(time(nullptr))), 60.0);
  EXPECT_EQ(pcap_next_ex(opened, &header, &bytes), PCAP_ERROR_BREAK);
  pcap_close(opened);
}

TEST_F(CaptureTest, WhatIsBeyondTheRateIsCounted) {
  CaptureRequest request = into(file, "p11");
  request.rate = 3;
  const unsigned number = observations().start_capture(request).value();
  for (int i = 0; i < 10; ++i) p11.push(RingBed::frame(11, 12), bed.worker().pool());
  const CaptureStatus status = stop(number);
  EXPECT_EQ(p12.take_sent().size(), 10u);
  EXPECT_EQ(status.packets + status.beyond_rate, 10u);
  EXPECT_GE(status.packets, 3u);
  EXPECT_GT(status.beyond_rate, 0u);
}

TEST_F(CaptureTest, SnapCutsAndCountEnds) {
  CaptureRequest request = into(file, "p11");
  request.snap_bytes = 20;
  request.count = 2;
  const unsigned number = observations().start_capture(request).value();
  for (int i = 0; i < 5; ++i) p11.push(RingBed::frame(11, 12), bed.worker().pool());
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (observations().captures().at(0).is_running && std::chrono::steady_clock::now() < deadline)
    bed.settle();
  EXPECT_EQ(seen_by_worker(), nullptr);
  const CaptureStatus status = stop(number);
  EXPECT_EQ(status.packets, 2u);
  EXPECT_EQ(status.ended, "has all its packets");
  const auto size = static_cast<std::uint32_t>(RingBed::frame(11, 12).size());
  EXPECT_THAT(read(), ElementsAre(Read{"p11", 1, "", 20, size}, Read{"p11", 1, "", 20, size}));
}

TEST_F(CaptureTest, CaptureEndsByItselfWhenItsPortGoes) {
  const unsigned number = observations().start_capture(into(file, "p11")).value();
  ASSERT_TRUE(bed.service().remove_port("p11").ok());
  bed.settle();
  EXPECT_EQ(seen_by_worker(), nullptr);
  EXPECT_FALSE(observations().captures().at(0).is_running);
  EXPECT_EQ(observations().stop_capture(number).value().ended, "lost its port");
}

TEST_F(CaptureTest, FileIsWrittenByOneCaptureAtATime) {
  const unsigned number = observations().start_capture(into(file, "p11")).value();
  EXPECT_THAT(error_of(observations().start_capture(into(file, "p12"))), HasSubstr("capture 1 writes it"));
  stop(number);
  EXPECT_TRUE(observations().start_capture(into(file, "p12")).ok());
}

}  // namespace
}  // namespace vipswitch::testing
