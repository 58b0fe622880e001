#include "control/event/event_log_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

#include "control/text/make_error.h"

namespace vipswitch {
namespace {

constexpr mode_t kMode = 0640;

int open_for_append(const std::string& path) {
  // A FIFO without a reader is refused instead of waited for.
  return ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, kMode);
}

}  // namespace

Result<std::unique_ptr<EventLogFile>> EventLogFile::open(const std::string& path, EventJournal& journal) {
  const int fd = open_for_append(path);
  if (fd < 0) {
    return make_error(ErrorCode::io, "event log \"{}\": {}, expected a file that can be written", path,
                      std::strerror(errno));
  }
  std::unique_ptr<EventLogFile> log(new EventLogFile(path, fd));
  log->subscription_ =
      journal.subscribe([file = log.get()](const OperatorEvent& event) { file->write_line(event); });
  return log;
}

EventLogFile::~EventLogFile() {
  subscription_ = {};
  if (fd_ >= 0) close(fd_);
}

bool EventLogFile::is_moved_away() const {
  struct stat here {
  }, there{};
  if (fd_ < 0 || fstat(fd_, &here) != 0 || stat(path_.c_str(), &there) != 0) return true;
  return here.st_ino != there.st_ino || here.st_dev != there.st_dev;
}

void EventLogFile::reopen() {
  if (fd_ >= 0) close(fd_);
  fd_ = open_for_append(path_);
}

// One write a line; what a full disk cut off is ended before the next one.
void EventLogFile::write_line(const OperatorEvent& event) {
  if (is_moved_away()) reopen();
  auto json = to_json(event);
  if (left_out_ > 0) json["events_left_out_before"] = left_out_;
  const auto text = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const auto line = std::exchange(is_torn_, false) ? "\n" + text + "\n" : text + "\n";
  const ssize_t written = fd_ < 0 ? -1 : write(fd_, line.data(), line.size());
  is_torn_ = written > 0 && written < static_cast<ssize_t>(line.size());
  left_out_ = written == static_cast<ssize_t>(line.size()) ? 0 : left_out_ + 1;
}

}  // namespace vipswitch
