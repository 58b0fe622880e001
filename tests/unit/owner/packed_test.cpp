#include "dataplane/packed.h"

#include <gtest/gtest.h>

namespace vipswitch {
namespace {

TEST(PackedTime, KeepsWhatItCanHold) {
  for (const TimeMs time : {TimeMs{-1}, TimeMs{0}, TimeMs{255}, TimeMs{1} << 32, PackedTime::kMost})
    EXPECT_EQ(TimeMs{PackedTime(time)}, time);
}

TEST(PackedDue, BeyondTheLatestIsNever) {
  for (const TimeMs due : {TimeMs{0}, TimeMs{1} << 32, PackedTime::kLatest, kNeverMs})
    EXPECT_EQ(TimeMs{PackedDue(due)}, due);
  EXPECT_EQ(TimeMs{PackedDue(PackedTime::kMost)}, kNeverMs);
  EXPECT_EQ(TimeMs{PackedDue(kNeverMs - 1)}, kNeverMs);
}

TEST(PackedPort, TellsNobodyFromTheLastPort) {
  EXPECT_EQ(PortId(PackedPort()), PortId());
  EXPECT_FALSE(PackedPort().is_valid());
  EXPECT_EQ(PortId(PackedPort(PortId(0xfffffe))), PortId(0xfffffe));
  EXPECT_EQ(PortId(PackedPort(PortId(0))), PortId(0));
}

TEST(Packed, HoldsUpToItsLastBit) {
  EXPECT_EQ(std::uint32_t{Packed<std::uint32_t>(0xffffffff)}, 0xffffffffu);
  EXPECT_EQ((std::uint32_t{PackedWithByte<std::uint32_t, std::uint16_t>(0x123456)}), 0x123456u);
  EXPECT_EQ((std::uint64_t{PackedWithByte<std::uint64_t, std::uint32_t>(0x123456789a)}), 0x123456789au);
}

}  // namespace
}  // namespace vipswitch
