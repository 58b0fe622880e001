#include "control/publish/reclaimer.h"

#include <thread>

namespace vipswitch {
namespace {

void run(const std::vector<std::function<void()>>& frees) {
  for (const auto& free : frees) free();
}

// False if it was not done within `limit`.
template <class IsDone>
bool await(std::chrono::milliseconds limit, IsDone&& is_done) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!is_done()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
  return true;
}

}  // namespace

Reclaimer::~Reclaimer() {
  close_batch();
  for (const Batch& batch : closed_) run(batch.frees);
}

void Reclaimer::close_batch() {
  if (open_.empty()) return;
  Batch batch;
  for (const auto& worker : workers_) batch.tickets.push_back(worker->posted());
  batch.frees = std::move(open_);
  open_.clear();
  closed_.push_back(std::move(batch));
}

bool Reclaimer::is_over(Batch& batch) {
  if (!batch.token) {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (!workers_[i]->has_handled(batch.tickets[i])) return false;
    }
    batch.token = rcu_.start();
  }
  return rcu_.is_over(*batch.token);
}

void Reclaimer::poll() {
  while (!closed_.empty() && is_over(closed_.front())) {
    const Batch batch = std::move(closed_.front());
    closed_.pop_front();
    run(batch.frees);
  }
}

bool Reclaimer::drain(std::chrono::milliseconds limit) {
  return await(limit, [this] {
    poll();
    return closed_.empty();
  });
}

bool Reclaimer::await_workers(std::chrono::milliseconds limit) {
  const std::uint64_t token = rcu_.start();
  return await(limit, [&] { return rcu_.is_over(token); }) && drain(limit);
}

}  // namespace vipswitch
