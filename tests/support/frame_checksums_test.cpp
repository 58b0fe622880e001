#include "tests/support/frame_checksums.h"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Ipv4 kA{10, 9, 0, 1}, kB{10, 9, 0, 2}, kVip{10, 9, 0, 100};

PacketBuilder packet(const Ipv4Fields& ip = {.source = kA, .destination = kB}) {
  return PacketBuilder().ethernet({.destination = {2, 0, 0, 0, 0, 2}, .source = {2, 0, 0, 0, 0, 1}}).ipv4(ip);
}

std::vector<std::string> verified(const PacketBuilder& builder) {
  return verify_checksums(builder.build()).verified;
}
std::vector<std::string> wrong(const PacketBuilder& builder) {
  return verify_checksums(builder.build()).wrong;
}

// RFC 1071 section 3: 0001 f203 f4f5 f6f7 sum up to ddf2 with the carries.
TEST(InternetChecksum, ExampleOfRfc1071YieldsItsSum) {
  const std::array<std::uint8_t, 8> bytes{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7};
  EXPECT_EQ(internet_checksum(bytes), static_cast<std::uint16_t>(~0xddf2U));
}

TEST(InternetChecksum, OddLastByteCountsAsHighByte) {
  const std::array<std::uint8_t, 3> bytes{0x00, 0x01, 0xf2};
  EXPECT_EQ(internet_checksum(bytes), static_cast<std::uint16_t>(~0xf201U));
}

TEST(InternetChecksum, NoBytesYieldAllOnes) {
  EXPECT_EQ(internet_checksum(std::span<const std::uint8_t>()), 0xffff);
}

TEST(VerifyChecksums, CapturedAdvertVerifies) {
  // P2 of the owner learning specification.
  const auto report =
      verify_checksums(from_hex("01005e00001202000000000a080045c0002800010000ff70d0880a090001e0000012"
                                "21339601010190cb0a0900647333637265747077"));
  EXPECT_THAT(report.verified, ElementsAre("ipv4", "vrrp"));
  EXPECT_TRUE(report.ok()) << report;
}

TEST(VerifyChecksums, EveryTransportIsLookedAt) {
  EXPECT_THAT(verified(packet().udp({}).counting_payload(5)), ElementsAre("ipv4", "udp"));
  EXPECT_THAT(verified(packet().tcp({}).counting_payload(5)), ElementsAre("ipv4", "tcp"));
  EXPECT_THAT(verified(packet().icmp_echo_request(1, 1).counting_payload(5)), ElementsAre("ipv4", "icmp"));
  EXPECT_THAT(verified(packet().vrrp2({.vrid = 1, .addresses = {kVip}})), ElementsAre("ipv4", "vrrp"));
  EXPECT_THAT(verified(packet().authentication_header({}).vrrp2({.vrid = 1, .auth_type = 2})),
              ElementsAre("ipv4", "vrrp"));
}

TEST(VerifyChecksums, TagIsPassedOver) {
  const auto builder =
      PacketBuilder().ethernet({}).vlan({.id = 7}).ipv4({.source = kA, .destination = kB}).udp({});
  EXPECT_THAT(verified(builder), ElementsAre("ipv4", "udp"));
}

TEST(VerifyChecksums, CorrectFramesHaveNothingWrong) {
  EXPECT_THAT(wrong(packet().udp({.source_port = 1}).counting_payload(5)), IsEmpty());
  EXPECT_THAT(wrong(packet().tcp({.options = {1, 1, 1, 0}}).counting_payload(6)), IsEmpty());
  EXPECT_THAT(wrong(packet().icmp_echo_reply(1, 1).counting_payload(5)), IsEmpty());
}

TEST(VerifyChecksums, EveryVrrpFormIsRight) {
  for (const auto form :
       {VrrpChecksum::kPlain, VrrpChecksum::kPseudoHeader, VrrpChecksum::kPseudoHeaderMulticast,
        VrrpChecksum::kPlainWholePayload, VrrpChecksum::kPseudoHeaderWholePayload}) {
    const auto advert =
        packet().vrrp3({.vrid = 1, .addresses = {kVip}, .checksum = form}).counting_payload(6);
    EXPECT_THAT(wrong(advert), IsEmpty()) << static_cast<int>(form);
  }
}

TEST(VerifyChecksums, WrongIpv4ChecksumIsFound) {
  EXPECT_THAT(wrong(packet({.source = kA, .destination = kB, .checksum = Checksum::kWrong}).udp({})),
              ElementsAre("the checksum of ipv4 is wrong"));
}

TEST(VerifyChecksums, WrongTransportChecksumIsFound) {
  EXPECT_THAT(wrong(packet().udp({.checksum = Checksum::kWrong})),
              ElementsAre("the checksum of udp is wrong"));
  EXPECT_THAT(wrong(packet().tcp({.checksum = Checksum::kWrong})),
              ElementsAre("the checksum of tcp is wrong"));
  EXPECT_THAT(wrong(packet().tcp({.checksum = Checksum::kZero})),
              ElementsAre("the checksum of tcp is wrong"));
  EXPECT_THAT(wrong(packet().icmp({.checksum = Checksum::kWrong})),
              ElementsAre("the checksum of icmp is wrong"));
  EXPECT_THAT(wrong(packet().vrrp2({.checksum = VrrpChecksum::kWrong})),
              ElementsAre("the checksum of vrrp is wrong"));
  EXPECT_THAT(wrong(packet().vrrp3({.checksum = VrrpChecksum::kWrong})),
              ElementsAre("the checksum of vrrp is wrong"));
}

TEST(VerifyChecksums, EveryFlippedBitOfAPacketIsFound) {
  const auto frame = packet().tcp({.source_port = 443}).counting_payload(9).build();
  constexpr std::size_t kEthernetSize = 14;
  for (std::size_t bit = kEthernetSize * 8; bit < frame.size() * 8; ++bit) {
    auto flipped = frame;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1U << bit % 8));
    EXPECT_FALSE(verify_checksums(flipped).ok()) << "bit " << bit;
  }
}

TEST(VerifyChecksums, UdpWithoutChecksumIsNotLookedAt) {
  const auto report = verify_checksums(packet().udp({.checksum = Checksum::kZero}).build());
  EXPECT_THAT(report.verified, ElementsAre("ipv4"));
  EXPECT_TRUE(report.ok()) << report;
}

TEST(VerifyChecksums, FragmentIsLookedAtByItsHeaderOnly) {
  const auto fragment =
      packet({.source = kA, .destination = kB, .more_fragments = true}).udp({.length = 2000});
  EXPECT_THAT(verified(fragment), ElementsAre("ipv4"));
  EXPECT_THAT(wrong(fragment), IsEmpty());
}

TEST(VerifyChecksums, QuotedPacketOfAnIcmpErrorIsLookedAt) {
  const auto error =
      packet().icmp({.type = 11}).ipv4({.source = kB, .destination = kA}).udp({.source_port = 9});
  EXPECT_THAT(verified(error), ElementsAre("ipv4", "icmp", "quoted ipv4", "quoted udp"));
  EXPECT_THAT(wrong(error), IsEmpty());

  const auto spoiled = packet()
                           .icmp({.type = 11})
                           .ipv4({.source = kB, .destination = kA, .checksum = Checksum::kWrong})
                           .udp({.checksum = Checksum::kWrong});
  EXPECT_THAT(wrong(spoiled),
              ElementsAre("quoted the checksum of ipv4 is wrong", "quoted the checksum of udp is wrong"));
}

TEST(VerifyChecksums, CutQuotationIsLookedAtByItsHeaderOnly) {
  const auto error = packet()
                         .icmp({.type = 3, .code = 4})
                         .ipv4({.source = kB, .destination = kA, .total_length = 1500})
                         .udp({.length = 1480});
  EXPECT_THAT(verified(error), ElementsAre("ipv4", "icmp", "quoted ipv4"));
  EXPECT_THAT(wrong(error), IsEmpty());
}

TEST(VerifyChecksums, EveryTruncationIsReported) {
  const auto frame = packet().tcp({}).counting_payload(4).build();
  for (std::size_t size = 0; size < frame.size(); ++size) {
    EXPECT_FALSE(verify_checksums(std::span(frame).first(size)).ok()) << size;
  }
}

TEST(VerifyChecksums, ArpHasNoneToVerify) {
  const auto report = verify_checksums(PacketBuilder().ethernet({}).arp_request({}, kA, kB).build());
  EXPECT_THAT(report.verified, IsEmpty());
  EXPECT_TRUE(report.ok()) << report;
}

}  // namespace
}  // namespace vipswitch::testing
