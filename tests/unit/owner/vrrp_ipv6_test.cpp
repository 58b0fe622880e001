// VRRP over IPv6: version 3 alone, always with the pseudo-header; every check on buffers of exactly the
// packet's size.

#include <gtest/gtest.h>
#include <initializer_list>
#include <optional>
#include <vector>

#include "dataplane/owner/vrrp.h"
#include "tests/support/frame.h"
#include "tests/support/packet_builder.h"
#include "tests/unit/owner/ip_packet.h"
#include "tests/unit/owner/vectors.h"

namespace vipswitch::owner {
namespace {

using vipswitch::testing::from_hex;
using vipswitch::testing::PacketBuilder;
using vipswitch::testing::Vrrp3Fields;
using vipswitch::testing::vrrp_ipv6;
using vipswitch::testing::VrrpChecksum;

constexpr Ipv6 kSpeaker = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, 0xa});
constexpr Ipv6 kPeer = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, 0xb});
constexpr Ipv6 kVirtualLinkLocal = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 0x100});
constexpr Ipv6 kVirtual = Ipv6::from_groups({0xfd00, 9, 0, 0, 0, 0, 0, 0x100});
const Vrrp3Fields kGroup51{.vrid = 51, .priority = 150, .addresses6 = {kVirtualLinkLocal, kVirtual}};

std::optional<LearnCounter> verdict(const Ip6Packet& packet, VrrpAdvert<Ipv6>* advert = nullptr) {
  VrrpAdvert<Ipv6> parsed;
  const auto failure = parse_vrrp(packet.get(), parsed);
  if (advert != nullptr) *advert = parsed;
  return failure;
}

Ip6Packet packet(const Vrrp3Fields& fields, const Ipv6& destination = vipswitch::testing::kVrrpGroup6,
                 std::size_t behind = 0) {
  PacketBuilder builder;
  builder.ethernet({}).ipv6(vrrp_ipv6(kSpeaker, destination)).vrrp3(fields);
  if (behind != 0) builder.counting_payload(behind);
  return Ip6Packet(builder.build());
}

Vrrp3Fields with_checksum(VrrpChecksum form) {
  Vrrp3Fields fields = kGroup51;
  fields.checksum = form;
  return fields;
}

TEST(VrrpIpv6, YieldsTheFieldsOfTheSpecificationsFrame) {
  const Ip6Packet frame(from_hex(vectors::kV3Ipv6));
  VrrpAdvert<Ipv6> advert;
  ASSERT_EQ(verdict(frame, &advert), std::nullopt);
  EXPECT_EQ(frame.get().source, kSpeaker);
  EXPECT_EQ(advert.version, 3);
  EXPECT_EQ(advert.vrid, 51);
  EXPECT_EQ(advert.priority, 150);
  EXPECT_EQ(advert.interval_ms, 1000u);
  EXPECT_EQ(advert.checksum_form, VrrpChecksumForm::kPseudoHeader);
  ASSERT_EQ(advert.addresses.size(), 2u);
  EXPECT_EQ(advert.addresses[0], kVirtualLinkLocal);
  EXPECT_EQ(advert.addresses[1], kVirtual);
}

TEST(VrrpIpv6, ResignationHasPriorityZero) {
  Vrrp3Fields fields = kGroup51;
  fields.priority = 0;
  VrrpAdvert<Ipv6> advert;
  ASSERT_EQ(verdict(packet(fields), &advert), std::nullopt);
  EXPECT_EQ(advert.priority, 0);
}

TEST(VrrpIpv6, NoAddressIsStillAnAdvert) {
  VrrpAdvert<Ipv6> advert;
  ASSERT_EQ(verdict(packet({.vrid = 51}), &advert), std::nullopt);
  EXPECT_EQ(advert.addresses.size(), 0u);
}

TEST(VrrpIpv6, ManyAddressesAreListedInOrder) {
  Vrrp3Fields fields{.vrid = 51};
  for (std::uint16_t i = 0; i < 90; ++i) {
    fields.addresses6.push_back(Ipv6::from_groups({0xfd00, 9, 0, 0, 0, 0, 0, i}));
  }
  const Ip6Packet frame = packet(fields);
  VrrpAdvert<Ipv6> advert;
  ASSERT_EQ(verdict(frame, &advert), std::nullopt);
  ASSERT_EQ(advert.addresses.size(), 90u);
  for (std::uint16_t i = 0; i < 90; ++i) EXPECT_EQ(advert.addresses[i], fields.addresses6[i]);
}

TEST(VrrpIpv6, Version2IsRefused) {
  Vrrp3Fields fields = kGroup51;
  fields.version = 2;
  EXPECT_EQ(verdict(packet(fields)), LearnCounter::vrrp_bad_version);
}

TEST(VrrpIpv6, OnlyAdvertisementsAreRead) {
  Vrrp3Fields fields = kGroup51;
  fields.type = 2;
  EXPECT_EQ(verdict(packet(fields)), LearnCounter::vrrp_bad_type);
}

TEST(VrrpIpv6, MulticastNeedsHopLimit255AndUnicastDoesNot) {
  for (const std::uint8_t hop_limit : std::initializer_list<std::uint8_t>{0, 64, 254}) {
    EXPECT_EQ(verdict(packet(kGroup51).with_ttl(hop_limit)), LearnCounter::vrrp_bad_ttl);
    EXPECT_EQ(verdict(packet(kGroup51, kPeer).with_ttl(hop_limit)), std::nullopt);
  }
}

TEST(VrrpIpv6, OtherGroupsAreRefused) {
  EXPECT_EQ(verdict(packet(kGroup51, Ipv6::all_nodes())), LearnCounter::vrrp_bad_dst);
}

TEST(VrrpIpv6, ChecksumNeedsThePseudoHeader) {
  EXPECT_EQ(verdict(packet(with_checksum(VrrpChecksum::kPlain))), LearnCounter::vrrp_bad_checksum);
  EXPECT_EQ(verdict(packet(with_checksum(VrrpChecksum::kWrong))), LearnCounter::vrrp_bad_checksum);
  // The group in the place of a unicast peer is an old keepalived's habit of IPv4.
  EXPECT_EQ(verdict(packet(with_checksum(VrrpChecksum::kPseudoHeaderMulticast), kPeer)),
            LearnCounter::vrrp_bad_checksum);
}

TEST(VrrpIpv6, BytesBehindTheAdvertMayBeCoveredOrNot) {
  VrrpAdvert<Ipv6> advert;
  ASSERT_EQ(verdict(packet(kGroup51, vipswitch::testing::kVrrpGroup6, 28), &advert), std::nullopt);
  EXPECT_EQ(advert.checksum_form, VrrpChecksumForm::kPseudoHeader);
  const auto whole = with_checksum(VrrpChecksum::kPseudoHeaderWholePayload);
  ASSERT_EQ(verdict(packet(whole, vipswitch::testing::kVrrpGroup6, 29), &advert), std::nullopt);
  EXPECT_EQ(advert.checksum_form, VrrpChecksumForm::kWholePayload);
}

TEST(VrrpIpv6, ZeroGroupAndIntervalAreRefused) {
  EXPECT_EQ(verdict(packet({.vrid = 0, .addresses6 = {kVirtual}})), LearnCounter::vrrp_bad_vrid);
  EXPECT_EQ(verdict(packet({.vrid = 51, .interval_cs = 0, .addresses6 = {kVirtual}})),
            LearnCounter::vrrp_bad_interval);
}

TEST(VrrpIpv6, CutAtEveryLengthIsNoticed) {
  const Ip6Packet whole(from_hex(vectors::kV3Ipv6));
  for (std::size_t size = 0; size < whole.get().payload.size(); ++size) {
    EXPECT_EQ(verdict(whole.cut_to(size)), LearnCounter::vrrp_bad_len) << size << " bytes";
  }
}

TEST(VrrpIpv6, AnyFlippedBitIsNoticed) {
  const Ip6Packet frame(from_hex(vectors::kV3Ipv6));
  for (std::size_t bit = 0; bit < frame.get().payload.size() * 8; ++bit) {
    const auto failure = verdict(frame.with_flipped_bit(bit));
    ASSERT_NE(failure, std::nullopt) << "bit " << bit;
    const std::size_t byte = bit / 8;
    if (byte != 0 && byte != 3) {
      EXPECT_EQ(*failure, LearnCounter::vrrp_bad_checksum) << "bit " << bit;
    }
  }
}

}  // namespace
}  // namespace vipswitch::owner
