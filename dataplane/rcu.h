#pragma once

// Grace periods (rte_rcu_qsbr). Each worker is a reader: it reports quiescence once per poll, when it holds
// no reference to any row, and goes offline before it sleeps, so that nobody waits for a sleeping core.

#include <cstdint>
#include <memory>
#include <rte_malloc.h>
#include <rte_rcu_qsbr.h>

#include "dataplane/dpdk_handle.h"

namespace vipswitch {

class Rcu {
 public:
  explicit Rcu(std::uint32_t max_readers) noexcept
      : qsbr_(static_cast<rte_rcu_qsbr*>(rte_zmalloc("rcu", rte_rcu_qsbr_get_memsize(max_readers), 64))) {
    if (qsbr_) rte_rcu_qsbr_init(qsbr_.get(), max_readers);
  }

  bool is_valid() const noexcept { return qsbr_ != nullptr; }

  // Readers.
  void enter(std::uint32_t reader) noexcept {
    rte_rcu_qsbr_thread_register(qsbr_.get(), reader);
    rte_rcu_qsbr_thread_online(qsbr_.get(), reader);
  }
  void leave(std::uint32_t reader) noexcept {
    rte_rcu_qsbr_thread_offline(qsbr_.get(), reader);
    rte_rcu_qsbr_thread_unregister(qsbr_.get(), reader);
  }
  void quiescent(std::uint32_t reader) noexcept { rte_rcu_qsbr_quiescent(qsbr_.get(), reader); }
  void offline(std::uint32_t reader) noexcept { rte_rcu_qsbr_thread_offline(qsbr_.get(), reader); }
  void online(std::uint32_t reader) noexcept { rte_rcu_qsbr_thread_online(qsbr_.get(), reader); }

  // Control. start() opens a grace period; is_over() tells whether every reader has passed a quiescent state
  // since.
  std::uint64_t start() noexcept { return rte_rcu_qsbr_start(qsbr_.get()); }
  bool is_over(std::uint64_t token) noexcept { return rte_rcu_qsbr_check(qsbr_.get(), token, false) == 1; }
  void wait_for(std::uint64_t token) noexcept { rte_rcu_qsbr_check(qsbr_.get(), token, true); }

 private:
  std::unique_ptr<rte_rcu_qsbr, RteFree> qsbr_;
};

}  // namespace vipswitch
