// Adverts that are used: what each field of the frames of the specification reads as, and which checksum it
// carries.

#include "dataplane/owner/vrrp.h"

#include <gtest/gtest.h>
#include <optional>
#include <vector>

#include "tests/support/frame.h"
#include "tests/support/packet_builder.h"
#include "tests/unit/owner/ip_packet.h"
#include "tests/unit/owner/vectors.h"

namespace vipswitch::owner {
namespace {

using vipswitch::testing::from_hex;
using vipswitch::testing::PacketBuilder;
using vipswitch::testing::vrrp_ipv4;
using vipswitch::testing::VrrpChecksum;

constexpr Ipv4 kSource{10, 9, 0, 1}, kHavip{10, 9, 0, 100};

IpPacket packet(const char* hex) {
  return IpPacket(from_hex(hex));
}

VrrpAdvert<Ipv4> parsed(const IpPacket& packet) {
  VrrpAdvert<Ipv4> advert;
  const std::optional<LearnCounter> failure = parse_vrrp(packet.get(), advert);
  EXPECT_EQ(failure, std::nullopt) << info(*failure).name;
  return advert;
}

VrrpAdvert<Ipv4> parsed(const char* hex) {
  return parsed(packet(hex));
}

TEST(Vrrp, V2YieldsItsFields) {
  const IpPacket frame = packet(vectors::kV2);
  const VrrpAdvert<Ipv4> advert = parsed(frame);
  EXPECT_EQ(advert.version, 2);
  EXPECT_EQ(advert.vrid, 51);
  EXPECT_EQ(advert.priority, 150);
  EXPECT_EQ(advert.interval_ms, 1000u);
  EXPECT_EQ(advert.checksum_form, VrrpChecksumForm::kPlain);
  ASSERT_EQ(advert.addresses.size(), 1u);
  EXPECT_EQ(advert.addresses[0], kHavip);
}

TEST(Vrrp, V2WithPasswordIsAccepted) {
  const IpPacket frame = packet(vectors::kV2Pass);
  const VrrpAdvert<Ipv4> advert = parsed(frame);
  EXPECT_EQ(advert.priority, 150);
  ASSERT_EQ(advert.addresses.size(), 1u);
  EXPECT_EQ(advert.addresses[0], kHavip);
}

TEST(Vrrp, V2ResignationHasPriorityZero) {
  EXPECT_EQ(parsed(vectors::kV2Resign).priority, 0);
}

TEST(Vrrp, V2BehindAuthenticationHeaderIsAccepted) {
  const IpPacket frame = packet(vectors::kV2Ah);
  const VrrpAdvert<Ipv4> advert = parsed(frame);
  EXPECT_EQ(advert.vrid, 51);
  ASSERT_EQ(advert.addresses.size(), 1u);
  EXPECT_EQ(advert.addresses[0], kHavip);
}

TEST(Vrrp, V3YieldsItsFields) {
  const IpPacket frame = packet(vectors::kV3Pseudo);
  const VrrpAdvert<Ipv4> advert = parsed(frame);
  EXPECT_EQ(advert.version, 3);
  EXPECT_EQ(advert.vrid, 51);
  EXPECT_EQ(advert.priority, 150);
  EXPECT_EQ(advert.interval_ms, 1000u);
  ASSERT_EQ(advert.addresses.size(), 1u);
  EXPECT_EQ(advert.addresses[0], kHavip);
}

TEST(Vrrp, V3FromAVirtualMacIsAccepted) {
  EXPECT_EQ(parsed(vectors::kV3VirtualMac).vrid, 51);
}

TEST(Vrrp, V3IntervalHasTwelveBitsOfCentiseconds) {
  const auto interval_of = [](std::uint16_t interval_cs) {
    const IpPacket frame(PacketBuilder()
                             .ethernet({})
                             .ipv4(vrrp_ipv4(kSource))
                             .vrrp3({.vrid = 51, .interval_cs = interval_cs, .addresses = {kHavip}})
                             .build());
    return parsed(frame).interval_ms;
  };
  EXPECT_EQ(interval_of(1), 10u);
  EXPECT_EQ(interval_of(50), 500u);
  EXPECT_EQ(interval_of(4095), 40'950u);
}

TEST(Vrrp, V2IntervalIsInSeconds) {
  const IpPacket frame(PacketBuilder()
                           .ethernet({})
                           .ipv4(vrrp_ipv4(kSource))
                           .vrrp2({.vrid = 51, .interval_s = 255, .addresses = {kHavip}})
                           .build());
  EXPECT_EQ(parsed(frame).interval_ms, 255'000u);
}

TEST(Vrrp, ManyAddressesAreListedInOrder) {
  std::vector<Ipv4> addresses;
  for (std::uint8_t i = 0; i < 255; ++i) addresses.emplace_back(Ipv4{10, 9, 1, i});
  const IpPacket frame(PacketBuilder()
                           .ethernet({})
                           .ipv4(vrrp_ipv4(kSource))
                           .vrrp3({.vrid = 51, .addresses = addresses})
                           .build());
  const VrrpAdvert<Ipv4> advert = parsed(frame);
  ASSERT_EQ(advert.addresses.size(), 255u);
  for (std::uint8_t i = 0; i < 255; ++i) EXPECT_EQ(advert.addresses[i], Ipv4(10, 9, 1, i));
}

TEST(Vrrp, NoAddressIsStillAnAdvert) {
  const IpPacket frame(
      PacketBuilder().ethernet({}).ipv4(vrrp_ipv4(kSource)).vrrp2({.vrid = 51, .addresses = {}}).build());
  EXPECT_EQ(parsed(frame).addresses.size(), 0u);
}

// --- checksums (case 23)
// ------------------------------------------------------------------------------------------

TEST(VrrpChecksumOf, EachFormIsRecognised) {
  EXPECT_EQ(parsed(vectors::kV3Pseudo).checksum_form, VrrpChecksumForm::kPseudoHeader);
  EXPECT_EQ(parsed(vectors::kV3Plain).checksum_form, VrrpChecksumForm::kPlain);
  EXPECT_EQ(parsed(vectors::kV3Unicast).checksum_form, VrrpChecksumForm::kPseudoHeader);
  EXPECT_EQ(parsed(vectors::kV3UnicastMulticastPseudo).checksum_form,
            VrrpChecksumForm::kPseudoHeaderMulticast);
}

TEST(VrrpChecksumOf, EachFormHasItsCounter) {
  EXPECT_EQ(counter_of(VrrpChecksumForm::kPlain), LearnCounter::vrrp_checksum_plain);
  EXPECT_EQ(counter_of(VrrpChecksumForm::kPseudoHeader), LearnCounter::vrrp_checksum_pseudo);
  EXPECT_EQ(counter_of(VrrpChecksumForm::kPseudoHeaderMulticast),
            LearnCounter::vrrp_checksum_pseudo_multicast);
  EXPECT_EQ(counter_of(VrrpChecksumForm::kWholePayload), LearnCounter::vrrp_checksum_whole_payload);
}

TEST(VrrpChecksumOf, WholePayloadIsAcceptedInBothForms) {
  for (const VrrpChecksum form :
       {VrrpChecksum::kPlainWholePayload, VrrpChecksum::kPseudoHeaderWholePayload}) {
    const IpPacket frame(PacketBuilder()
                             .ethernet({})
                             .ipv4(vrrp_ipv4(kSource))
                             .vrrp3({.vrid = 51, .addresses = {kHavip}, .checksum = form})
                             .counting_payload(29)
                             .build());
    EXPECT_EQ(parsed(frame).checksum_form, VrrpChecksumForm::kWholePayload);
  }
}

TEST(VrrpChecksumOf, BytesBehindTheAdvertAreNotCovered) {  // case 35: keepalived 2.4's HMAC trailer
  const IpPacket frame(PacketBuilder()
                           .ethernet({})
                           .ipv4(vrrp_ipv4(kSource))
                           .vrrp3({.vrid = 51, .addresses = {kHavip}})
                           .counting_payload(28)
                           .build());
  EXPECT_EQ(frame.get().payload.size(), 40u);
  EXPECT_EQ(parsed(frame).checksum_form, VrrpChecksumForm::kPseudoHeader);
}

// Every bit of every form, the checksum's own included. Bits of earlier checks (version, type, a larger count
// of addresses) fail those instead; none may pass.
TEST(VrrpChecksumOf, AnyFlippedBitIsNoticed) {
  for (const char* hex : {vectors::kV2, vectors::kV2Pass, vectors::kV3Pseudo, vectors::kV3Plain,
                          vectors::kV3Unicast, vectors::kV3UnicastMulticastPseudo}) {
    const IpPacket frame = packet(hex);
    for (std::size_t bit = 0; bit < frame.get().payload.size() * 8; ++bit) {
      VrrpAdvert<Ipv4> advert;
      const auto failure = parse_vrrp(frame.with_flipped_bit(bit).get(), advert);
      ASSERT_NE(failure, std::nullopt) << hex << " bit " << bit;
      const std::size_t byte = bit / 8;
      if (byte != 0 && byte != 3) {
        EXPECT_EQ(*failure, LearnCounter::vrrp_bad_checksum) << hex << " bit " << bit;
      }
    }
  }
}

// --- truncation
// ---------------------------------------------------------------------------------------------------

class VrrpCut : public ::testing::TestWithParam<const char*> {};

TEST_P(VrrpCut, AtEveryLengthIsNoticed) {
  const IpPacket whole = packet(GetParam());
  EXPECT_EQ(parsed(whole).vrid, 51);
  for (std::size_t size = 0; size < whole.get().payload.size(); ++size) {
    const IpPacket cut = whole.cut_to(size);
    VrrpAdvert<Ipv4> advert;
    const auto failure = parse_vrrp(cut.get(), advert);
    ASSERT_NE(failure, std::nullopt) << size << " bytes";
    EXPECT_TRUE(*failure == LearnCounter::vrrp_bad_len || *failure == LearnCounter::ah_bad)
        << size << " bytes";
  }
}

INSTANTIATE_TEST_SUITE_P(Vectors, VrrpCut,
                         ::testing::Values(vectors::kV2, vectors::kV2Pass, vectors::kV2Ah, vectors::kV3Pseudo,
                                           vectors::kV3Plain, vectors::kV3Unicast));

}  // namespace
}  // namespace vipswitch::owner
