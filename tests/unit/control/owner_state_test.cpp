// The state that outlives the process.

#include "control/state/owner_state.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <thread>

#include "control/state/file_writer.h"
#include "control/text/read_file.h"
#include "tests/unit/control/support.h"

namespace vipswitch {
namespace {

using test::refused;

class OwnerStateFile : public testing::Test {
 protected:
  OwnerStateFile() {
    char name[] = "/tmp/vipswitch-state-XXXXXX";
    directory_ = mkdtemp(name);
  }
  ~OwnerStateFile() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
};

const SavedOwners kState{
    7,
    {{"front", Ipv4(10, 77, 0, 100), "vm1-eth0", 12},
     {"front", Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0, 0, 0, 0x100}), "vm2-eth0", 4},
     {"back", Ipv4(10, 77, 0, 101), "vm2", 3}}};

TEST(SavedOwners, WhatIsPrintedIsRead) {
  const auto read = parse_state(print_state(kState), "f");
  ASSERT_TRUE(test::succeeded(read));
  EXPECT_EQ(read.value(), kState);
}

TEST(SavedOwners, OtherFormatIsRefused) {
  EXPECT_TRUE(refused(
      parse_state(R"({"format": 2})", "/s/owners.json"), ErrorCode::invalid_argument,
      "state \"/s/owners.json\": format 2, and this version knows format 1, expected what this switch "
      "wrote; move the file away to start without owners"));
}

TEST(SavedOwners, WhatIsNoStateIsRefused) {
  for (const auto* text :
       {"", "{", "[]", "{}", R"({"format": 1})", R"({"format": 1, "incarnation": "x", "owners": []})",
        R"({"format": 1, "incarnation": 1, "owners": [{"havip": 1}]})"}) {
    const auto read = parse_state(text, "f");
    ASSERT_FALSE(read.ok()) << text;
    EXPECT_EQ(read.error().message.rfind("state \"f\": ", 0), 0u) << read.error().message;
  }
}

TEST_F(OwnerStateFile, NothingIsKnownBeforeTheFirstStart) {
  const auto state = load_state(directory_ + "/made/here");
  ASSERT_TRUE(test::succeeded(state));
  EXPECT_EQ(state.value(), SavedOwners());
  EXPECT_TRUE(std::filesystem::is_directory(directory_ + "/made/here"));
}

TEST_F(OwnerStateFile, DirectoryThatCannotBeMadeIsRefused) {
  std::ofstream(directory_ + "/file") << "x";
  const auto state = load_state(directory_ + "/file/below");
  ASSERT_FALSE(state.ok());
  EXPECT_EQ(state.error().code, ErrorCode::io);
}

TEST_F(OwnerStateFile, WriterWritesTheLastContentBeforeItEnds) {
  const auto path = state_path(directory_);
  {
    FileWriter writer(path);
    for (int i = 0; i < 100; ++i) writer.write(print_state({static_cast<std::uint64_t>(i), {}}));
  }
  const auto state = load_state(directory_);
  ASSERT_TRUE(test::succeeded(state));
  EXPECT_EQ(state.value().incarnation, 99u);
}

TEST_F(OwnerStateFile, WriterTellsOnceThatItFailsAndOnceThatItWorksAgain) {
  const auto below = directory_ + "/below";
  FileWriter writer(below + "/owners.json");
  const auto write_and_wait = [&] {
    writer.write("x");
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (writer.is_busy() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    return writer.take_news();
  };
  const auto failed = write_and_wait();
  ASSERT_TRUE(failed.has_value());
  EXPECT_FALSE(failed->ok());
  EXPECT_FALSE(write_and_wait().has_value());
  std::filesystem::create_directory(below);
  const auto works = write_and_wait();
  ASSERT_TRUE(works.has_value());
  EXPECT_TRUE(works->ok());
}

}  // namespace
}  // namespace vipswitch
