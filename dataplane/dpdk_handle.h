#pragma once

// Owning handles of DPDK objects: freed when the handle goes. All are made and freed by the control thread.

#include <memory>
#include <rte_hash.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mempool.h>
#include <rte_ring.h>

namespace vipswitch {

struct DpdkDeleter {
  void operator()(rte_hash* hash) const noexcept { rte_hash_free(hash); }
  void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
  void operator()(rte_mempool* pool) const noexcept { rte_mempool_free(pool); }
};

using HashHandle = std::unique_ptr<rte_hash, DpdkDeleter>;
using RingHandle = std::unique_ptr<rte_ring, DpdkDeleter>;
using MempoolHandle = std::unique_ptr<rte_mempool, DpdkDeleter>;

// What DPDK's allocator has given out on this socket; what a thing takes is the difference over its making.
inline std::size_t allocated_bytes() noexcept {
  rte_malloc_socket_stats stats{};
  const int found = rte_malloc_get_socket_stats(static_cast<int>(rte_socket_id()), &stats);
  return found == 0 ? stats.heap_allocsz_bytes : 0;
}

struct RteFree {
  void operator()(void* memory) const noexcept { rte_free(memory); }
};

// A zeroed array in hugepage memory, aligned to a cache line; null if there is no room. T must need no
// constructor beyond zero bytes and no destructor.
template <class T>
using RteArray = std::unique_ptr<T[], RteFree>;

template <class T>
RteArray<T> make_rte_array(const char* type, std::size_t count) noexcept {
  return RteArray<T>(static_cast<T*>(rte_zmalloc(type, count * sizeof(T), 64)));
}

}  // namespace vipswitch
