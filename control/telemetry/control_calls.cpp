#include "control/telemetry/control_calls.h"

#include <cerrno>
#include <sys/eventfd.h>
#include <system_error>
#include <unistd.h>

#include "control/text/make_error.h"

namespace vipswitch::telemetry {

ControlCalls::ControlCalls() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

ControlCalls::~ControlCalls() {
  ::close(fd_);
}

Result<void> ControlCalls::run(std::function<void()> work, std::chrono::milliseconds patience) {
  const auto job = std::make_shared<Job>(Job{std::move(work)});
  std::unique_lock lock(mutex_);
  if (!is_closed_) {
    waiting_.push_back(job);
    eventfd_write(fd_, 1);
    changed_.wait_for(lock, patience, [&] { return job->is_done || is_closed_; });
  }
  if (job->is_done) return {};
  std::erase(waiting_, job);
  if (is_closed_) return Error{ErrorCode::in_use, "the switch is ending"};
  return make_error(ErrorCode::timeout, "the control thread has not answered for {} ms", patience.count());
}

std::shared_ptr<ControlCalls::Job> ControlCalls::next() {
  const std::lock_guard lock(mutex_);
  if (waiting_.empty()) return nullptr;
  auto job = std::move(waiting_.front());
  waiting_.pop_front();
  return job;
}

// Each asking thread waits for its answer, so what comes meanwhile cannot keep this busy for ever; still, it
// is left for the next round.
void ControlCalls::serve() {
  eventfd_t ignored = 0;
  eventfd_read(fd_, &ignored);
  std::size_t left = 0;
  {
    const std::lock_guard lock(mutex_);
    left = waiting_.size();
  }
  for (; left > 0; --left) {
    const auto job = next();
    if (!job) return;
    job->work();
    const std::lock_guard lock(mutex_);
    job->is_done = true;
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  if (!waiting_.empty()) eventfd_write(fd_, 1);
}

void ControlCalls::close() {
  const std::lock_guard lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

}  // namespace vipswitch::telemetry
