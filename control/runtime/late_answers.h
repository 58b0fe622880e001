#pragma once

// Control asks workers by messages and waits for the answers, but not for ever. A request outlives the wait:
// a worker that answers late must find it. Control thread only.

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace vipswitch {

inline constexpr std::chrono::milliseconds kAnswerLimit{500};

// False if the condition did not hold within the limit.
template <class Condition>
bool wait_for_worker(Condition&& holds) {
  const auto deadline = std::chrono::steady_clock::now() + kAnswerLimit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
  return true;
}

// The requests that nobody waits for any more.
class LateAnswers {
 public:
  // Until its worker has answered it.
  template <class Request>
  void keep(std::unique_ptr<Request> request) {
    const std::atomic<bool>* is_done = &request->is_done;
    kept_.push_back({std::move(request), is_done});
    forget_answered();
  }

 private:
  struct Kept {
    std::shared_ptr<void> request;
    const std::atomic<bool>* is_done;
  };

  void forget_answered() {
    std::erase_if(kept_, [](const Kept& kept) { return kept.is_done->load(std::memory_order_acquire); });
  }

  std::vector<Kept> kept_;
};

}  // namespace vipswitch
