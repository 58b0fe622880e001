#include "vipswitch/byte_order.h"

#include <array>
#include <cstring>
#include <gtest/gtest.h>

#include "vipswitch/wire.h"

namespace vipswitch {
namespace {

TEST(BigEndian, Be16LiesInMemoryMostSignificantByteFirst) {
  const Be16 value = Be16::from_host(0x1234);
  std::array<std::uint8_t, 2> bytes{};
  std::memcpy(bytes.data(), &value, bytes.size());
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 2>{0x12, 0x34}));
}

TEST(BigEndian, Be32LiesInMemoryMostSignificantByteFirst) {
  const Be32 value = Be32::from_host(0x12345678);
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &value, bytes.size());
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{0x12, 0x34, 0x56, 0x78}));
}

TEST(BigEndian, HostReturnsWhatFromHostTook) {
  for (const std::uint32_t value : {0u, 1u, 0x80u, 0xff00u, 0x12345678u, 0xffffffffu}) {
    EXPECT_EQ(Be32::from_host(value).host(), value);
    EXPECT_EQ(Be16::from_host(static_cast<std::uint16_t>(value)).host(), static_cast<std::uint16_t>(value));
  }
}

TEST(BigEndian, FromWireTakesBytesAsTheyLie) {
  const std::array<std::uint8_t, 4> bytes{0xc0, 0x00, 0x02, 0x0a};
  std::uint32_t raw = 0;
  std::memcpy(&raw, bytes.data(), sizeof raw);
  EXPECT_EQ(Be32::from_wire(raw).host(), 0xc000020au);
}

TEST(BigEndian, OrderIsNumeric) {
  EXPECT_LT(Be16::from_host(0x00ff), Be16::from_host(0x0100));
  EXPECT_LT(Be32::from_host(0x000000ff), Be32::from_host(0x01000000));
}

TEST(WireField, ReadsAndWritesAtOddAddresses) {
  std::array<std::uint8_t, 1 + sizeof(wire::Udp)> bytes{};
  auto& udp = *reinterpret_cast<wire::Udp*>(bytes.data() + 1);
  udp.destination_port = Be16::from_host(53);
  EXPECT_EQ(udp.destination_port.get().host(), 53);
  EXPECT_EQ(bytes[1 + 2], 0);
  EXPECT_EQ(bytes[1 + 3], 53);
}

}  // namespace
}  // namespace vipswitch
