#pragma once

// How threads that are not control's (those of DPDK's telemetry and of the HTTP server) ask control
// something: they hand over a function, the control thread runs it between its other work, and they wait for
// the answer with a deadline. Control's state is touched by the control thread alone.
//
// The function outlives the wait: it owns what it uses beside control's own objects, never the caller's. An
// answer that comes after the deadline is thrown away; a function that has not begun by then never runs.
//
// Who calls: ask() any thread but control's; serve() and close() the control thread.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "vipswitch/result.h"

namespace vipswitch::telemetry {

class ControlCalls {
 public:
  static constexpr std::chrono::milliseconds kPatience{1000};

  // Throws std::system_error without a descriptor to be had.
  ControlCalls();
  ~ControlCalls();
  ControlCalls(const ControlCalls&) = delete;
  ControlCalls& operator=(const ControlCalls&) = delete;

  // Readable while something waits to be served.
  int fd() const noexcept { return fd_; }
  // Runs what waited when it was called.
  void serve();
  // Nothing is run any more; whoever waits, or asks later, gets an error at once.
  void close();

  // Errors: timeout, when control does not answer in time; in_use, when the switch ends.
  template <class T>
  Result<T> ask(std::function<T()> question, std::chrono::milliseconds patience = kPatience) {
    const auto answer = std::make_shared<std::optional<T>>();
    const auto done =
        run([answer, question = std::move(question)] { answer->emplace(question()); }, patience);
    if (!done) return done.error();
    return std::move(**answer);
  }

 private:
  struct Job {
    std::function<void()> work;
    bool is_done = false;
  };

  Result<void> run(std::function<void()> work, std::chrono::milliseconds patience);
  std::shared_ptr<Job> next();

  int fd_;
  std::mutex mutex_;
  std::condition_variable changed_;           // a job is done, or closed
  std::deque<std::shared_ptr<Job>> waiting_;  // not begun
  bool is_closed_ = false;
};

}  // namespace vipswitch::telemetry
