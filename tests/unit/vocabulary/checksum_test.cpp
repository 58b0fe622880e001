#include "vipswitch/checksum.h"

#include <array>
#include <gtest/gtest.h>
#include <random>
#include <vector>

namespace vipswitch {
namespace {

// RFC 1071 section 1 to the letter, 16 bits at a time, to be judged against.
std::uint16_t checksum_by_definition(const std::vector<std::uint8_t>& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    const std::uint8_t low = i + 1 < bytes.size() ? bytes[i + 1] : std::uint8_t{0};
    sum += static_cast<std::uint32_t>(bytes[i] << 8 | low);
    if (sum > 0xffff) sum = (sum & 0xffff) + 1;
  }
  return Be16::from_host(static_cast<std::uint16_t>(~sum)).wire();
}

struct RandomBytes {
  std::mt19937 random{7};

  std::vector<std::uint8_t> operator()(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
  }
  Ipv4 address() { return Ipv4::from_host(static_cast<std::uint32_t>(random())); }
};

void write(std::vector<std::uint8_t>& bytes, std::size_t offset, Ipv4 address) {
  std::memcpy(bytes.data() + offset, &address, sizeof address);
}

// The two representations of zero count as one: the sum is the same in one's complement.
bool is_same_sum(std::uint16_t a, std::uint16_t b) {
  return a == b || (a == 0 && b == 0xffff) || (a == 0xffff && b == 0);
}

TEST(Checksum, AgreesWithItsDefinitionAtEverySize) {
  RandomBytes random_bytes;
  for (std::size_t size = 0; size < 200; ++size) {
    const auto bytes = random_bytes(size);
    EXPECT_EQ(checksum(bytes.data(), bytes.size()), checksum_by_definition(bytes)) << size;
  }
}

// RFC 1071 section 3: the words 0001 f203 f4f5 f6f7 sum to ddf2.
TEST(Checksum, AgreesWithTheExampleOfTheRfc) {
  const std::array<std::uint8_t, 8> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(Be16::from_wire(fold(sum_bytes(bytes.data(), bytes.size()))).host(), 0xddf2);
}

TEST(Checksum, CarriesOfLongDataAreNotLost) {
  const std::vector<std::uint8_t> ones(65535, 0xff);
  EXPECT_EQ(checksum(ones.data(), ones.size()), checksum_by_definition(ones));
}

// As RFC 1071 says it: carries are added until there are none.
std::uint16_t slow_fold(std::uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

TEST(Checksum, FoldAddsCarriesUntilThereAreNone) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    // Long runs of ones and zeros, where carries run far.
    const std::uint64_t sum = i % 2 == 0 ? random() : ~std::uint64_t{0} << random() % 64 >> random() % 64;
    ASSERT_EQ(fold(sum), slow_fold(sum)) << sum;
    const auto a = static_cast<std::uint16_t>(sum), b = static_cast<std::uint16_t>(sum >> 16);
    ASSERT_EQ(add_folded(a, b), slow_fold(std::uint64_t{a} + b)) << sum;
  }
}

TEST(Checksum, HeaderWithoutOptionsIsSummedAsBytesAre) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    std::array<std::uint32_t, 5> words;
    // Every other one with long runs of ones, whose carries run far.
    for (auto& word : words)
      word = static_cast<std::uint32_t>(random() | (i % 2 != 0 ? random() | random() : 0));
    ASSERT_EQ(fold(sum_20_bytes(words.data())), fold(sum_bytes(words.data(), sizeof words)));
  }
  const std::vector<std::uint8_t> ones(20, 0xff);
  EXPECT_EQ(fold(sum_20_bytes(ones.data())), 0xffff);
}

TEST(Checksum, RightSumsFoldToAllOnes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    std::uint64_t sum = random() >> random() % 64;
    if (i % 2 == 0) sum = add_around(sum, static_cast<std::uint16_t>(~fold(sum)));
    if (sum == 0) continue;
    ASSERT_EQ(is_right_sum(sum), fold(sum) == 0xffff) << sum;
    ASSERT_TRUE(i % 2 != 0 || is_right_sum(sum)) << sum;
  }
}

TEST(Checksum, FoldKeepsNonZeroSumsFromBecomingZero) {
  EXPECT_EQ(fold(0), 0);
  EXPECT_EQ(fold(0xffff), 0xffff);
  EXPECT_EQ(fold(0x10000), 1);
  EXPECT_EQ(fold(0x1fffe), 0xffff);
  EXPECT_EQ(fold(~std::uint64_t{0}), 0xffff);
}

TEST(Checksum, PseudoHeaderSumIsThatOfItsBytes) {
  const Ipv4 source(10, 77, 0, 11), destination(192, 0, 2, 10);
  const std::array<std::uint8_t, 12> bytes{10, 77, 0, 11, 192, 0, 2, 10, 0, 17, 0x12, 0x34};
  EXPECT_EQ(fold(sum_pseudo_header(source, destination, 17, 0x1234)),
            fold(sum_bytes(bytes.data(), bytes.size())));
}

TEST(UpdateChecksum, OfARandomAddressAgreesWithRecomputation) {
  RandomBytes random_bytes;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = random_bytes(20);
    const Ipv4 before = random_bytes.address(), after = random_bytes.address();
    write(bytes, 12, before);
    const std::uint16_t old_checksum = checksum(bytes.data(), bytes.size());
    write(bytes, 12, after);
    // Random data is never all zero, so its sum has one representation and so has its checksum.
    EXPECT_EQ(update_checksum(old_checksum, checksum_delta(before, after)),
              checksum(bytes.data(), bytes.size()));
  }
}

TEST(UpdateChecksum, OfARandomWordAgreesWithRecomputation) {
  RandomBytes random_bytes;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = random_bytes(20);
    const auto word = [&] {
      std::uint16_t raw = 0;
      std::memcpy(&raw, bytes.data() + 8, sizeof raw);
      return Be16::from_wire(raw);
    };
    const Be16 before = word();
    const std::uint16_t old_checksum = checksum(bytes.data(), bytes.size());
    bytes[8] = static_cast<std::uint8_t>(random_bytes.random());
    bytes[9] = static_cast<std::uint8_t>(random_bytes.random());
    EXPECT_EQ(update_checksum(old_checksum, checksum_delta(before, word())),
              checksum(bytes.data(), bytes.size()));
  }
}

// RFC 1624 section 4: header 5555 and others whose checksum is dd2f; 5555 becomes 3285, the checksum 0000.
TEST(UpdateChecksum, AgreesWithTheExampleOfTheRfc) {
  const auto wire = [](std::uint16_t host) { return Be16::from_host(host); };
  EXPECT_EQ(update_checksum(wire(0xdd2f).wire(), checksum_delta(wire(0x5555), wire(0x3285))), 0);
}

// To the letter, for every checksum: also which of the two zeros comes out.
TEST(UpdateChecksum, IsEquationThreeOfTheRfc) {
  std::mt19937 random(1);
  std::vector<std::uint32_t> deltas{0, 1, 0x7fff, 0x8000, 0xfffe, 0xffff};
  while (deltas.size() < 200) deltas.push_back(random() & 0xffff);
  for (const std::uint32_t delta : deltas) {
    for (std::uint32_t before = 0; before <= 0xffff; ++before) {
      const std::uint32_t sum = (~before & 0xffff) + delta;
      const std::uint32_t after = ~(sum + (sum >> 16)) & 0xffff;
      ASSERT_EQ(update_checksum(static_cast<std::uint16_t>(before), static_cast<std::uint16_t>(delta)), after)
          << before << " " << delta;
    }
  }
}

TEST(UpdateChecksum, NoChangeLeavesEveryChecksumAsItIs) {
  const std::uint16_t delta = checksum_delta(Ipv4(10, 0, 0, 1), Ipv4(10, 0, 0, 1));
  for (std::uint32_t value = 0; value <= 0xffff; ++value) {
    const auto before = static_cast<std::uint16_t>(value);
    EXPECT_TRUE(is_same_sum(update_checksum(before, delta), before)) << value;
  }
}

// 0xffff is a checksum only of data that sums to zero, which no IPv4 header does (RFC 1624 section 3).
TEST(UpdateChecksum, NeverMakesMinusZeroOutOfRightChecksums) {
  RandomBytes random_bytes;
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = random_bytes(4);
    bytes[0] = 0x45;  // as in every header: not all is zero
    const auto delta = checksum_delta(random_bytes.address(), random_bytes.address());
    EXPECT_NE(update_checksum(checksum(bytes.data(), bytes.size()), delta), 0xffff);
  }
}

TEST(UpdateChecksum, WrongChecksumStaysWrongByTheSameAmount) {
  RandomBytes random_bytes;
  for (int i = 0; i < 1000; ++i) {
    auto bytes = random_bytes(20);
    const Ipv4 before = random_bytes.address(), after = random_bytes.address();
    write(bytes, 16, before);
    const std::uint16_t wrong = static_cast<std::uint16_t>(checksum(bytes.data(), bytes.size()) ^ 0x0101);
    write(bytes, 16, after);
    const std::uint16_t updated = update_checksum(wrong, checksum_delta(before, after));
    EXPECT_FALSE(is_same_sum(updated, checksum(bytes.data(), bytes.size())));
    EXPECT_TRUE(is_same_sum(update_checksum(updated, checksum_delta(after, before)), wrong));
  }
}

TEST(CombineDeltas, IsBothUpdatesInOne) {
  RandomBytes random_bytes;
  for (int i = 0; i < 1000; ++i) {
    const auto first = checksum_delta(random_bytes.address(), random_bytes.address());
    const auto second = checksum_delta(Be16::from_host(0x4011), Be16::from_host(0x3f11));
    const auto start = static_cast<std::uint16_t>(random_bytes.random());
    EXPECT_TRUE(is_same_sum(update_checksum(start, combine_deltas(first, second)),
                            update_checksum(update_checksum(start, first), second)));
  }
}

TEST(ChecksumDelta, OfTheWayBackUndoesTheWayThere) {
  RandomBytes random_bytes;
  for (int i = 0; i < 1000; ++i) {
    const Ipv4 a = random_bytes.address(), b = random_bytes.address();
    EXPECT_TRUE(is_same_sum(combine_deltas(checksum_delta(a, b), checksum_delta(b, a)), 0));
  }
}

}  // namespace
}  // namespace vipswitch
