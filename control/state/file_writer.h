#pragma once

// Replaces a file again and again by a thread of its own, so that a slow disk delays nobody: of the contents
// that come while one is written only the last is written next.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "vipswitch/result.h"

namespace vipswitch {

class FileWriter {
 public:
  explicit FileWriter(std::string path);
  // Writes what still waits.
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  void write(std::string content);
  bool is_busy() const;
  // The error of the last write that is over, once for each change between good and bad.
  std::optional<Result<void>> take_news();

 private:
  void run();

  const std::string path_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> waiting_;
  bool is_writing_ = false;
  bool ends_ = false;
  bool was_good_ = true;
  std::optional<Result<void>> news_;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace vipswitch
