#pragma once

// --event-log: every event as a line of JSON, appended to a file. A file that was moved away (log rotation)
// is made anew at the next event. Where it cannot be written, events are counted as left out and the first
// one that succeeds again says how many.

#include <cstdint>
#include <memory>
#include <string>

#include "control/event/event_journal.h"
#include "vipswitch/result.h"

namespace vipswitch {

class EventLogFile {
 public:
  // Errors: io, naming the file and the system's reason.
  static Result<std::unique_ptr<EventLogFile>> open(const std::string& path, EventJournal& journal);
  ~EventLogFile();
  EventLogFile(const EventLogFile&) = delete;
  EventLogFile& operator=(const EventLogFile&) = delete;

 private:
  EventLogFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  void write_line(const OperatorEvent& event);
  bool is_moved_away() const;
  void reopen();

  std::string path_;
  int fd_;
  std::uint64_t left_out_ = 0;
  bool is_torn_ = false;  // the last line was cut off
  EventJournal::Subscription subscription_;
};

}  // namespace vipswitch
