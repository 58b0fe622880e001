#pragma once

// Owning handles of DPDK objects: freed when the handle goes. All are made and freed by the control thread.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <rte_malloc.h>
#include <rte_mempool.h>
#include <rte_ring.h>
#include <sys/mman.h>

namespace vipswitch {

struct DpdkDeleter {
  void operator()(rte_ring* ring) const noexcept { rte_ring_free(ring); }
  void operator()(rte_mempool* pool) const noexcept { rte_mempool_free(pool); }
};

using RingHandle = std::unique_ptr<rte_ring, DpdkDeleter>;
using MempoolHandle = std::unique_ptr<rte_mempool, DpdkDeleter>;

// Of memory from rte_malloc, or, where `mapped_bytes` is not 0, from mmap.
struct RteFree {
  std::size_t mapped_bytes = 0;

  void operator()(void* memory) const noexcept {
    if (mapped_bytes == 0) return rte_free(memory);
    munmap(memory, mapped_bytes);
  }
};

enum class Memory : std::uint8_t {
  kHuge,     // hugepages
  kProcess,  // pages of the process, which take room only once they are touched
};

// A zeroed array, aligned to a cache line; null if there is no room. T must need no constructor beyond zero
// bytes and no destructor.
template <class T>
using RteArray = std::unique_ptr<T[], RteFree>;

template <class T>
RteArray<T> make_rte_array(const char* type, std::size_t count, Memory memory = Memory::kHuge) noexcept {
  const std::size_t bytes = count * sizeof(T);
  if (memory == Memory::kHuge) return RteArray<T>(static_cast<T*>(rte_zmalloc(type, bytes, 64)));
  void* mapped = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return RteArray<T>(mapped == MAP_FAILED ? nullptr : static_cast<T*>(mapped), RteFree{bytes});
}

}  // namespace vipswitch
