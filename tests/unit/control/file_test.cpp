// Reading and replacing files.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "control/config/config.h"
#include "control/text/read_file.h"
#include "control/text/write_file.h"
#include "tests/unit/control/support.h"

namespace vipswitch::text {
namespace {

using test::refused;
using test::succeeded;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "vipswitch-file-XXXXXX";
    directory_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  mode_t mode(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(stat(path(name).c_str(), &status), 0);
    return status.st_mode & 07777;
  }
  std::size_t entries() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory_), {}));
  }

  std::string directory_;
};

TEST_F(FileTest, WhatIsWrittenIsRead) {
  std::string content(200'000, 'x');
  content += std::string("\0\n", 2);
  ASSERT_TRUE(succeeded(write_file(path("f"), content)));
  EXPECT_EQ(read_file(path("f")).value(), content);
  ASSERT_TRUE(succeeded(write_file(path("f"), "")));
  EXPECT_EQ(read_file(path("f")).value(), "");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, NewFileIsReadableByAllWhateverTheMask) {
  const auto before = umask(077);
  ASSERT_TRUE(succeeded(write_file(path("f"), "a")));
  umask(before);
  EXPECT_EQ(mode("f"), 0644u);
}

TEST_F(FileTest, ReplacedFileKeepsItsMode) {
  ASSERT_TRUE(succeeded(write_file(path("f"), "a")));
  chmod(path("f").c_str(), 0600);
  ASSERT_TRUE(succeeded(write_file(path("f"), "b")));
  EXPECT_EQ(mode("f"), 0600u);
}

TEST_F(FileTest, WhoeverHasTheFileOpenKeepsWhatWasThere) {
  ASSERT_TRUE(succeeded(write_file(path("f"), "old")));
  std::ifstream reader(path("f"));
  ASSERT_TRUE(succeeded(write_file(path("f"), "new, and longer")));
  std::string content;
  std::getline(reader, content);
  EXPECT_EQ(content, "old");
}

TEST_F(FileTest, LinkStaysAndItsTargetIsReplaced) {
  ASSERT_TRUE(succeeded(write_file(path("real"), "a")));
  std::filesystem::create_symlink("real", path("link"));
  ASSERT_TRUE(succeeded(write_file(path("link"), "b")));
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("real")).value(), "b");
}

TEST_F(FileTest, OtherThanRegularFilesAreRefusedWithoutWaiting) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_TRUE(refused(read_file(path("fifo")), ErrorCode::io,
                      path("fifo") + ": is a FIFO, expected a readable file"));
  EXPECT_TRUE(refused(read_file(directory_), ErrorCode::io,
                      directory_ + ": is a directory, expected a readable file"));
  EXPECT_TRUE(
      refused(read_file("/dev/zero"), ErrorCode::io, "/dev/zero: is a device, expected a readable file"));
  EXPECT_TRUE(refused(write_file(path("fifo"), "a"), ErrorCode::io,
                      path("fifo") + ": is a FIFO, expected a file that can be written"));
  EXPECT_TRUE(refused(write_file("/dev/null", "a"), ErrorCode::io,
                      "/dev/null: is a device, expected a file that can be written"));
  EXPECT_EQ(entries(), 1u);
}

TEST_F(FileTest, MissingDirectoryAndEmptyPathAreRefused) {
  EXPECT_TRUE(refused(write_file(path("a/b"), "a"), ErrorCode::io,
                      path("a/b") + ": No such file or directory, expected a file that can be written"));
  EXPECT_FALSE(write_file("", "a").ok());
  EXPECT_FALSE(read_file("").ok());
}

TEST_F(FileTest, UnreadableFileIsNamed) {
  ASSERT_TRUE(succeeded(write_file(path("f"), "a")));
  chmod(path("f").c_str(), 0);
  const auto root = geteuid();  // who reads every file
  ASSERT_EQ(seteuid(root == 0 ? 65534 : root), 0);
  const auto read = read_file(path("f"));
  const auto written = write_file(path("g"), "a");
  ASSERT_EQ(seteuid(root), 0);
  EXPECT_TRUE(refused(read, ErrorCode::io, path("f") + ": Permission denied, expected a readable file"));
  if (root == 0) {
    EXPECT_TRUE(refused(written, ErrorCode::io,
                        path("g") + ": Permission denied, expected a file that can be written"));
  }
}

}  // namespace
}  // namespace vipswitch::text
