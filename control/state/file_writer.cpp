#include "control/state/file_writer.h"

#include <utility>

#include "control/text/write_file.h"

namespace vipswitch {

FileWriter::FileWriter(std::string path) : path_(std::move(path)), thread_([this] { run(); }) {}

FileWriter::~FileWriter() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void FileWriter::write(std::string content) {
  {
    const std::lock_guard lock(mutex_);
    waiting_ = std::move(content);
  }
  changed_.notify_one();
}

bool FileWriter::is_busy() const {
  const std::lock_guard lock(mutex_);
  return waiting_ || is_writing_;
}

std::optional<Result<void>> FileWriter::take_news() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, std::nullopt);
}

void FileWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ends_ || waiting_; });
    if (!waiting_) return;
    const std::string content = *std::exchange(waiting_, std::nullopt);
    is_writing_ = true;
    lock.unlock();
    auto written = text::write_file(path_, content);
    lock.lock();
    is_writing_ = false;
    if (written.ok() != was_good_) news_ = written;
    was_good_ = written.ok();
  }
}

}  // namespace vipswitch
