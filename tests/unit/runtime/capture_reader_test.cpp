// Reading capture files: what the switch's own captures say of a frame, and files that end anywhere.

#include "control/capture/capture_reader.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace vipswitch {
namespace {

// Two frames, of which the second was dropped.
class CaptureReaderTest : public ::testing::Test {
 protected:
  CaptureReaderTest() {
    auto file = PcapngFile::create(path_, 2048);
    EXPECT_TRUE(file);
    EXPECT_TRUE(file.value().write({.interface = "vm1-eth0",
                                    .at_unix_ns = kAtNs,
                                    .size = 15,
                                    .bytes = kBytes,
                                    .direction = PcapngDirection::kInbound,
                                    .comment = ""}));
    EXPECT_TRUE(file.value().write({.interface = "uplink",
                                    .at_unix_ns = kAtNs + 1,
                                    .size = 1500,
                                    .bytes = kBytes,
                                    .direction = PcapngDirection::kOutbound,
                                    .comment = "dropped: spoofed_ip"}));
    EXPECT_TRUE(file.value().flush());
  }
  ~CaptureReaderTest() override { std::filesystem::remove(path_); }

  struct Content {
    std::vector<CapturedFrame> frames;
    bool is_cut;
  };
  Content read() {
    const auto reader = CaptureReader::open(path_);
    EXPECT_TRUE(reader) << reader.error().message;
    std::vector<CapturedFrame> frames;
    while (true) {
      auto frame = reader.value()->next();
      EXPECT_TRUE(frame) << frame.error().message;
      if (!frame || !frame.value()) return {std::move(frames), reader.value()->is_cut()};
      frames.push_back(std::move(*frame.value()));
    }
  }

  static constexpr std::int64_t kAtNs = 1'800'000'000'123'456'789;
  const FrameBytes kBytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const std::string path_ = ::testing::TempDir() + "capture_reader_" + std::to_string(getpid());
};

TEST_F(CaptureReaderTest, TellsWhatOurCaptureSays) {
  const Content content = read();
  ASSERT_EQ(content.frames.size(), 2u);
  EXPECT_FALSE(content.is_cut);
  const CapturedFrame& first = content.frames[0];
  EXPECT_EQ(first.number, 1u);
  EXPECT_EQ(first.at_unix_ns, kAtNs);
  EXPECT_EQ(first.bytes, kBytes);
  EXPECT_TRUE(first.is_whole());
  EXPECT_EQ(first.interface, "vm1-eth0");
  EXPECT_EQ(first.direction, PcapngDirection::kInbound);
  EXPECT_EQ(first.comment, "");
  const CapturedFrame& second = content.frames[1];
  EXPECT_EQ(second.number, 2u);
  EXPECT_EQ(second.at_unix_ns, kAtNs + 1);
  EXPECT_FALSE(second.is_whole());
  EXPECT_EQ(second.size, 1500u);
  EXPECT_EQ(second.interface, "uplink");
  EXPECT_EQ(second.direction, PcapngDirection::kOutbound);
  EXPECT_EQ(second.comment, "dropped: spoofed_ip");
}

TEST_F(CaptureReaderTest, EveryCutFileIsReadUpToThere) {
  constexpr std::size_t kMagic = 4;
  std::size_t frames = 2;
  for (std::uintmax_t size = std::filesystem::file_size(path_); size-- > kMagic;) {
    std::filesystem::resize_file(path_, size);
    const Content content = read();
    ASSERT_LE(content.frames.size(), frames) << size;
    frames = content.frames.size();
    for (const CapturedFrame& frame : content.frames) EXPECT_EQ(frame.bytes, kBytes) << size;
  }
  EXPECT_EQ(frames, 0u);
}

TEST_F(CaptureReaderTest, EveryChangedByteIsReadOrRefused) {
  std::ifstream in(path_, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t at = 4; at < whole.size(); ++at) {
    for (const int flip : {0x01, 0x80, 0xff}) {
      std::string changed = whole;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      std::ofstream(path_, std::ios::binary) << changed;
      const auto reader = CaptureReader::open(path_);
      ASSERT_TRUE(reader);
      for (auto frame = reader.value()->next(); frame && frame.value(); frame = reader.value()->next()) {
        EXPECT_LE(frame.value()->bytes.size(), whole.size());
      }
    }
  }
}

TEST_F(CaptureReaderTest, WithoutFileOrMagicIsRefused) {
  std::ofstream(path_, std::ios::binary) << "no capture at all";
  const auto other = CaptureReader::open(path_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message, path_ + ": no capture file can be read: unknown file format");
  std::filesystem::remove(path_);
  const auto none = CaptureReader::open(path_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().message, path_ + ": no capture file can be read: No such file or directory");
}

}  // namespace
}  // namespace vipswitch
