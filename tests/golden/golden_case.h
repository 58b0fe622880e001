#pragma once

// One golden case: a folder with a script, capture files that go in and capture files that must come out. The
// script changes tables and moves time between packets; README.md has its steps. The switch is the real one
// (tests/support/switch), with the real shell before it.
//
// Beside what a script asks for, a case holds the switch to what is always so: every packet ends once, every
// checksum that is sent is right, nothing is sent and nothing dropped that the script does not mention.

#include <filesystem>
#include <string>
#include <vector>

namespace vipswitch::testing {

enum class GoldenMode {
  kCompare,
  kBless,  // write what is sent into the files that are expected, instead of comparing
};

// What is not as expected, each with file and line; empty if everything is. Nothing is thrown.
std::vector<std::string> run_golden_case(const std::filesystem::path& folder, GoldenMode mode);

}  // namespace vipswitch::testing
