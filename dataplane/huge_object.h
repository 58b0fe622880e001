#pragma once

// A base for what there is one of for each port and workers read for every packet: `new` puts it into EAL's
// memory, hugepages where there are any, and where EAL has no room into the process's. Control makes and
// deletes them, with EAL running. Sizes are such that the same members of many objects do not fall into a few
// sets of a cache: each begins an odd number of cache lines behind the one before.

#include <cstddef>
#include <new>

namespace vipswitch {

struct HugeObject {
  static void* operator new(std::size_t bytes, std::align_val_t alignment);
  static void operator delete(void* object, std::align_val_t alignment) noexcept;
};

}  // namespace vipswitch
