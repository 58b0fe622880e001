#include <algorithm>
#include <gtest/gtest.h>

#include "control/process/eal.h"

namespace vipswitch {
namespace {

using Words = std::vector<std::string>;

constexpr Machine kBig{.cores = 8, .free_hugepages_mb = 4096}, kBare{.cores = 2, .free_hugepages_mb = 0};

bool has(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The word after `option`; empty if the option is not there.
std::string value_of(const Words& words, const std::string& option) {
  const auto at = std::find(words.begin(), words.end(), option);
  return at == words.end() || at + 1 == words.end() ? std::string() : *(at + 1);
}

EalPlan plan(const Settings& settings, const Words& command_line, const Machine& machine) {
  auto planned = plan_eal(settings, command_line, machine);
  EXPECT_TRUE(planned.ok());
  return planned.ok() ? std::move(planned).value() : EalPlan();
}

TEST(EalPlan, MachineWithHugepagesUsesThemInMemory) {
  const EalPlan planned = plan({}, {}, kBig);
  EXPECT_TRUE(has(planned.arguments, "--in-memory"));
  EXPECT_FALSE(has(planned.arguments, "--no-huge"));
  EXPECT_EQ(value_of(planned.arguments, "-m"), "512");
  EXPECT_TRUE(planned.notices.empty());
}

TEST(EalPlan, MachineWithoutHugepagesRunsWithoutThemAndSaysSo) {
  const EalPlan planned = plan({}, {}, kBare);
  EXPECT_TRUE(has(planned.arguments, "--no-huge"));
  EXPECT_TRUE(has(planned.arguments, "--no-shconf"));
  EXPECT_FALSE(has(planned.arguments, "--in-memory"));
  ASSERT_EQ(planned.notices.size(), 1u);
  EXPECT_NE(planned.notices[0].find("0 MB of free hugepages, 512 wanted"), std::string::npos)
      << planned.notices[0];
}

TEST(EalPlan, TooFewHugepagesAreAsGoodAsNone) {
  EXPECT_TRUE(has(plan({}, {}, {.cores = 2, .free_hugepages_mb = 511}).arguments, "--no-huge"));
  EXPECT_FALSE(has(plan({}, {}, {.cores = 2, .free_hugepages_mb = 512}).arguments, "--no-huge"));
}

// EAL refuses --no-huge together with --in-memory.
TEST(EalPlan, InMemoryOfTheFileGivesWayToNoHuge) {
  Settings settings;
  settings.eal = {"--in-memory", "--no-pci"};
  const EalPlan planned = plan(settings, {}, kBare);
  EXPECT_FALSE(has(planned.arguments, "--in-memory"));
  EXPECT_TRUE(has(planned.arguments, "--no-pci"));
  EXPECT_TRUE(has(planned.arguments, "--no-huge"));
}

TEST(EalPlan, NoHugeByTheOperatorIsNoNews) {
  const EalPlan planned = plan({}, {"--no-huge"}, kBig);
  EXPECT_TRUE(planned.notices.empty());
  EXPECT_TRUE(has(planned.arguments, "--no-shconf"));
  EXPECT_EQ(std::count(planned.arguments.begin(), planned.arguments.end(), "--no-huge"), 1);
}

TEST(EalPlan, CoresOfTheSettingsBecomeLcores) {
  Settings settings;
  settings.control_core = 2;
  settings.worker_cores = {5, 1};
  const EalPlan planned = plan(settings, {}, kBig);
  EXPECT_EQ(value_of(planned.arguments, "-l"), "1,2,5");
  EXPECT_EQ(value_of(planned.arguments, "--main-lcore"), "2");
  EXPECT_EQ(planned.worker_lcores, (std::vector<unsigned>{5, 1}));
}

TEST(EalPlan, CoreThatIsNotThereIsRefused) {
  Settings settings;
  settings.worker_cores = {2};
  const auto refused = plan_eal(settings, {}, kBare);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(refused.error().message, "worker core 2 does not exist: this machine has cores 0-1");
}

TEST(EalPlan, ControlCoreThatIsNotThereIsRefused) {
  Settings settings;
  settings.control_core = 9;
  const auto refused = plan_eal(settings, {}, kBig);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "control core 9 does not exist: this machine has cores 0-7");
}

// --lcores can lay lcores on any core, so numbers beyond the machine's are the operator's business.
TEST(EalPlan, LcoresByTheOperatorStandInEverySpelling) {
  Settings settings;
  settings.worker_cores = {7};
  for (const Words& words : {Words{"-l", "0,7"}, Words{"-l0,7"}, Words{"-c0x81"},
                             Words{"--lcores", "0@0,7@1"}, Words{"--lcores=0@0,7@1"}}) {
    const EalPlan planned = plan(settings, words, kBare);
    EXPECT_EQ(value_of(planned.arguments, "-l"), words[0] == "-l" ? "0,7" : "");
    EXPECT_EQ(planned.worker_lcores, std::vector<unsigned>{7});
  }
}

TEST(EalPlan, MemoryByTheOperatorStands) {
  for (const Words& words : {Words{"-m", "64"}, Words{"-m64"}, Words{"--socket-mem=64"}}) {
    const EalPlan planned = plan({}, words, kBig);
    EXPECT_FALSE(has(planned.arguments, "512")) << words[0];
  }
}

TEST(EalPlan, OtherWaysToHugepagesByTheOperatorStand) {
  for (const char* word : {"--huge-dir=/mnt/huge", "--file-prefix=a", "--huge-unlink=always"}) {
    EXPECT_FALSE(has(plan({}, {word}, kBig).arguments, "--in-memory")) << word;
  }
}

TEST(EalPlan, CommandLineStandsBehindTheFile) {
  Settings settings;
  settings.eal = {"--vdev=a"};
  const EalPlan planned = plan(settings, {"--vdev=b"}, kBig);
  const auto first = std::find(planned.arguments.begin(), planned.arguments.end(), "--vdev=a");
  EXPECT_NE(std::find(first, planned.arguments.end(), "--vdev=b"), planned.arguments.end());
}

TEST(EalPlan, LogLevelByTheOperatorStands) {
  const EalPlan planned = plan({}, {"--log-level=lib.eal:debug"}, kBig);
  EXPECT_EQ(std::count_if(planned.arguments.begin(), planned.arguments.end(),
                          [](const std::string& word) { return word.starts_with("--log-level"); }),
            1);
}

TEST(Machine, ThisOneHasACore) {
  EXPECT_GE(Machine::here().cores, 1u);
}

}  // namespace
}  // namespace vipswitch
