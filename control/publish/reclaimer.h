#pragma once

// What workers may still see after control has replaced it, freed once they cannot: when every message posted
// before the batch was closed has been handled (a message may name a port or a slot), and a grace period
// after that is over. One grace period a batch, not one a row. Control thread only.

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "dataplane/rcu.h"
#include "dataplane/worker.h"

namespace vipswitch {

class Reclaimer {
 public:
  Reclaimer(Rcu& rcu, const std::vector<std::unique_ptr<Worker>>& workers) : rcu_(rcu), workers_(workers) {}
  // The workers must have stopped: frees everything that is left.
  ~Reclaimer();
  Reclaimer(const Reclaimer&) = delete;
  Reclaimer& operator=(const Reclaimer&) = delete;

  // Adds to the open batch. Freed in the order of retiring.
  void retire(std::function<void()> free) { open_.push_back(std::move(free)); }
  template <class T>
  void retire_object(const T* object) {
    if (object != nullptr) retire([object] { delete object; });
  }

  void close_batch();
  // Frees the batches whose time has come. Cheap; call it often.
  void poll();
  // Waits until everything closed so far is free; false if a worker took longer than `limit`.
  bool drain(std::chrono::milliseconds limit);
  // The same, and every worker has passed a poll since the call, even if nothing was closed.
  bool await_workers(std::chrono::milliseconds limit);

 private:
  struct Batch {
    std::vector<std::uint64_t> tickets;  // by worker
    std::optional<std::uint64_t> token;  // of the grace period, once every ticket is handled
    std::vector<std::function<void()>> frees;
  };

  bool is_over(Batch& batch);

  Rcu& rcu_;
  const std::vector<std::unique_ptr<Worker>>& workers_;
  std::vector<std::function<void()>> open_;
  std::deque<Batch> closed_;
};

}  // namespace vipswitch
