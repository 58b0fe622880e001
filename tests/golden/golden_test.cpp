// Every folder of cases/ is a test. With --bless the expected files are written anew; look at them before you
// commit them.

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "tests/golden/golden_case.h"

namespace vipswitch::testing {
namespace {

GoldenMode mode = GoldenMode::kCompare;

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(VIPSWITCH_GOLDEN_CASES)) {
    if (entry.is_directory()) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A word of a test's name may not contain a dash.
std::string test_name(const ::testing::TestParamInfo<std::string>& instance) {
  std::string name = instance.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class Golden : public ::testing::TestWithParam<std::string> {};

TEST_P(Golden, PacketsAndCountersAreAsRecorded) {
  for (const auto& finding :
       run_golden_case(std::filesystem::path(VIPSWITCH_GOLDEN_CASES) / GetParam(), mode)) {
    ADD_FAILURE() << finding;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Golden, ::testing::ValuesIn(case_names()), test_name);

}  // namespace
}  // namespace vipswitch::testing

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  const auto is_bless = [](std::string_view word) { return word == "--bless"; };
  if (std::any_of(argv + 1, argv + argc, is_bless)) {
    vipswitch::testing::mode = vipswitch::testing::GoldenMode::kBless;
  }
  return RUN_ALL_TESTS();
}
