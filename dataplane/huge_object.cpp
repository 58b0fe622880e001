#include "dataplane/huge_object.h"

#include <rte_malloc.h>
#include <rte_memory.h>

namespace vipswitch {
namespace {

constexpr std::size_t kLine = RTE_CACHE_LINE_SIZE;

// What rte_malloc puts before each element is an even number of lines.
constexpr std::size_t odd_lines(std::size_t bytes) noexcept {
  return ((bytes + kLine - 1) / kLine | 1) * kLine;
}

}  // namespace

void* HugeObject::operator new(std::size_t bytes, std::align_val_t alignment) {
  void* object = rte_malloc("huge_object", odd_lines(bytes), static_cast<unsigned>(alignment));
  return object != nullptr ? object : ::operator new(bytes, alignment);
}

void HugeObject::operator delete(void* object, std::align_val_t alignment) noexcept {
  if (rte_mem_virt2memseg(object, nullptr) != nullptr) return rte_free(object);
  ::operator delete(object, alignment);
}

}  // namespace vipswitch
