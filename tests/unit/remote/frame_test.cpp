#include "control/remote/frame.h"

#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "tests/unit/control/support.h"

namespace vipswitch::remote {
namespace {

using test::refused;

std::vector<Frame> read_all(FrameReader& reader) {
  std::vector<Frame> frames;
  for (auto frame = reader.next(); frame && frame.value(); frame = reader.next())
    frames.push_back(*frame.value());
  return frames;
}

TEST(FrameReader, FramesCutAnywhereAreTheSame) {
  const std::string bytes = make_hello_frame({SessionMode::kCommands, "/root"}) +
                            make_frame(FrameType::kCommand, "show havip") + make_frame(FrameType::kEnd, "") +
                            make_status_frame(258);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (std::size_t second = first; second <= bytes.size(); ++second) {
      FrameReader reader;
      std::vector<Frame> frames;
      for (const auto& piece :
           {bytes.substr(0, first), bytes.substr(first, second - first), bytes.substr(second)}) {
        reader.feed(piece);
        for (auto& frame : read_all(reader)) frames.push_back(std::move(frame));
      }
      ASSERT_EQ(frames.size(), 4u) << first << " " << second;
      EXPECT_EQ(parse_hello(frames[0].payload).value().directory, "/root");
      EXPECT_EQ(frames[1].type, FrameType::kCommand);
      EXPECT_EQ(frames[1].payload, "show havip");
      EXPECT_EQ(frames[2].type, FrameType::kEnd);
      EXPECT_EQ(parse_status(frames[3].payload), 258u);
      EXPECT_EQ(reader.size(), 0u);
    }
  }
}

TEST(FrameReader, IncompleteFrameWaits) {
  const auto bytes = make_frame(FrameType::kKeys, "abc");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    FrameReader reader;
    reader.feed(bytes.substr(0, size));
    EXPECT_FALSE(reader.has_next()) << size;
    const auto frame = reader.next();
    EXPECT_TRUE(frame && !frame.value()) << size;
    EXPECT_EQ(reader.size(), size);
  }
}

TEST(FrameReader, FrameOfTheGreatestSizeIsTaken) {
  FrameReader reader;
  reader.feed(make_frame(FrameType::kOutput, std::string(kMaxPayload, 'x')));
  EXPECT_EQ(read_all(reader).at(0).payload.size(), kMaxPayload);
}

TEST(FrameReader, WhatIsNoFrameIsRefusedForGood) {
  FrameReader reader;
  reader.feed(std::string("\x00\x10\x00\x01\x10", 5));
  EXPECT_TRUE(reader.has_next());
  EXPECT_TRUE(refused(reader.next(), ErrorCode::usage, "frame: 1048577 bytes, expected at most 1048576"));
  reader.feed(make_frame(FrameType::kEnd, ""));
  EXPECT_FALSE(reader.next().ok());
  FrameReader other;
  other.feed(std::string("\x00\x00\x00\x07\x09", 5));
  EXPECT_TRUE(refused(other.next(), ErrorCode::usage, "frame: unknown type 9"));
}

TEST(FrameReader, RandomBytesNeverDoMoreThanEndIt) {
  std::mt19937 random(4711);
  for (int round = 0; round < 2000; ++round) {
    FrameReader reader;
    std::size_t fed = 0;
    for (int piece = 0; piece < 20; ++piece) {
      std::string bytes;
      // Half of the bytes are small, so that lengths and types are often right.
      for (auto left = random() % 40; left > 0; --left) {
        bytes += static_cast<char>(random() % 2 ? random() % 20 % 5 : random());
      }
      fed += bytes.size();
      reader.feed(bytes);
      while (reader.has_next()) {
        const auto frame = reader.next();
        if (!frame) break;
        ASSERT_TRUE(frame.value());
      }
      ASSERT_LE(reader.size(), fed);
    }
  }
}

TEST(Output, LongTextTakesSeveralFrames) {
  std::string bytes;
  append_output(bytes, std::string(kMaxPayload, 'a') + "b");
  FrameReader reader;
  reader.feed(bytes);
  const auto frames = read_all(reader);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].payload, "b");
  bytes.clear();
  append_output(bytes, "");
  EXPECT_EQ(bytes, "");
}

TEST(Status, IsFourBytesAndNothingElse) {
  FrameReader reader;
  reader.feed(make_status_frame(0xfffefdfc));
  EXPECT_EQ(parse_status(read_all(reader).at(0).payload), 0xfffefdfcu);
  EXPECT_EQ(parse_status("123"), std::nullopt);
  EXPECT_EQ(parse_status("12345"), std::nullopt);
}

TEST(Hello, EveryTruncationIsRefused) {
  FrameReader reader;
  reader.feed(make_hello_frame({SessionMode::kTerminal, ""}));
  const auto whole = read_all(reader).at(0).payload;
  EXPECT_EQ(parse_hello(whole).value().mode, SessionMode::kTerminal);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(
        refused(parse_hello(whole.substr(0, size)), ErrorCode::usage, "hello: not one of vipswitch-ctl"));
  }
}

TEST(Hello, OtherVersionAndModeAreRefused) {
  using namespace std::string_literals;
  EXPECT_TRUE(
      refused(parse_hello("vipswitch\x01\x00\x01"s), ErrorCode::usage,
              "hello: protocol version 256, expected 1: use the vipswitch-ctl that came with the switch"));
  EXPECT_TRUE(refused(parse_hello("vipswitch\x00\x01\x03"s), ErrorCode::usage,
                      "hello: mode 3, expected 1 (terminal) or 2 (commands)"));
}

}  // namespace
}  // namespace vipswitch::remote
