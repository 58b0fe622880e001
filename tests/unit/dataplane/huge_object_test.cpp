#include "dataplane/huge_object.h"

#include <array>
#include <gtest/gtest.h>
#include <memory>
#include <rte_memory.h>

#include "tests/support/switch/in_process_switch.h"

namespace vipswitch {
namespace {

constexpr std::size_t kLineBytes = 64;

template <std::size_t kBytes>
struct alignas(kLineBytes) Object : HugeObject {
  std::array<char, kBytes> bytes;
};

bool is_of_eal(const void* object) {
  return rte_mem_virt2memseg(object, nullptr) != nullptr;
}

class HugeObjectTest : public ::testing::Test {
 protected:
  HugeObjectTest() { testing::start_eal(); }
};

TEST_F(HugeObjectTest, LiesInTheMemoryOfEal) {
  const std::unique_ptr<Object<100>> object(new Object<100>);
  EXPECT_TRUE(is_of_eal(object.get()));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(object.get()) % kLineBytes, 0u);
}

// More than all of EAL's: nothing of it is touched but its ends.
TEST_F(HugeObjectTest, LiesInTheProcessWhereEalHasNoRoom) {
  using Enormous = Object<std::size_t{600} << 20>;
  const std::unique_ptr<Enormous> object(new Enormous);
  EXPECT_FALSE(is_of_eal(object.get()));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(object.get()) % kLineBytes, 0u);
  object->bytes.front() = object->bytes.back() = 1;
  EXPECT_EQ(object->bytes.back(), 1);
}

}  // namespace
}  // namespace vipswitch
