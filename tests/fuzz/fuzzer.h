#pragma once

// What libFuzzer and the replay of its inputs have in common. Each fuzzer defines the functions below once.
//
// An input is a burst: for each frame two bytes, the number of the port it comes from (modulo the number of
// ports; that of the first frame counts) and its length divided by 8, then so many bytes; the last frame
// takes what is left.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/support/frame.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace vipswitch::testing {

struct FuzzInput {
  std::string_view port;
  std::vector<Frame> frames;
};

FuzzInput read_input(const std::uint8_t* data, std::size_t size);
std::vector<std::uint8_t> write_input(std::string_view port, const std::vector<Frame>& frames);

// Inputs to begin with: each frame of the world alone, and some together.
std::vector<std::vector<std::uint8_t>> seed_inputs();

}  // namespace vipswitch::testing
