// Packets that are no usable advert: each check in turn, and the counter that names it.

#include <gtest/gtest.h>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/owner/vrrp.h"
#include "tests/support/frame.h"
#include "tests/support/packet_builder.h"
#include "tests/unit/owner/ip_packet.h"
#include "tests/unit/owner/vectors.h"

namespace vipswitch::owner {
namespace {

using vipswitch::testing::from_hex;
using vipswitch::testing::Ipv4Fields;
using vipswitch::testing::PacketBuilder;
using vipswitch::testing::Vrrp2Fields;
using vipswitch::testing::Vrrp3Fields;
using vipswitch::testing::vrrp_ipv4;
using vipswitch::testing::VrrpChecksum;

constexpr Ipv4 kRejectedSource{10, 9, 0, 1}, kRejectedHavip{10, 9, 0, 100};

std::string verdict(const IpPacket& packet) {
  VrrpAdvert<Ipv4> advert;
  const std::optional<LearnCounter> failure = parse_vrrp(packet.get(), advert);
  return failure ? std::string(info(*failure).name) : "advert";
}

IpPacket v2(const Vrrp2Fields& fields) {
  return IpPacket(PacketBuilder().ethernet({}).ipv4(vrrp_ipv4(kRejectedSource)).vrrp2(fields).build());
}

IpPacket v3(const Vrrp3Fields& fields, const Ipv4Fields& ip = vrrp_ipv4(kRejectedSource)) {
  return IpPacket(PacketBuilder().ethernet({}).ipv4(ip).vrrp3(fields).build());
}

TEST(VrrpReject, CarpIsNotAResignation) {  // case 22
  EXPECT_EQ(verdict(IpPacket(from_hex(vectors::kCarp))), "rx_carp");
}

TEST(VrrpReject, SevenAddressesAreNotCarp) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = std::vector<Ipv4>(7, kRejectedHavip)})), "advert");
}

TEST(VrrpReject, EmptyPayloadIsBadLength) {
  EXPECT_EQ(verdict(v3({.vrid = 51, .addresses = {kRejectedHavip}}).cut_to(0)), "vrrp_bad_len");
}

TEST(VrrpReject, MoreAddressesThanThereAreIsBadLength) {
  EXPECT_EQ(verdict(v3({.vrid = 51, .addresses = {kRejectedHavip}, .address_count = 2})), "vrrp_bad_len");
  EXPECT_EQ(verdict(v3({.vrid = 51, .addresses = {kRejectedHavip}, .address_count = 255})), "vrrp_bad_len");
}

TEST(VrrpReject, V2WithoutAuthenticationDataIsBadLength) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = {kRejectedHavip}}).cut_to(12)), "vrrp_bad_len");
}

TEST(VrrpReject, OtherVersionIsBadVersion) {
  for (const std::uint8_t version : std::initializer_list<std::uint8_t>{0, 1, 4, 15}) {
    EXPECT_EQ(verdict(v3({.vrid = 51, .addresses = {kRejectedHavip}, .version = version})),
              "vrrp_bad_version");
  }
}

TEST(VrrpReject, OtherTypeIsBadType) {
  EXPECT_EQ(verdict(v3({.vrid = 51, .addresses = {kRejectedHavip}, .type = 2})), "vrrp_bad_type");
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = {kRejectedHavip}, .type = 0})), "vrrp_bad_type");
}

TEST(VrrpReject, MulticastTtlBelow255IsBadTtl) {  // case 24
  EXPECT_EQ(verdict(IpPacket(from_hex(vectors::kV3Pseudo)).with_ttl(254)), "vrrp_bad_ttl");
}

TEST(VrrpReject, UnicastTtlDoesNotMatter) {  // case 24
  EXPECT_EQ(verdict(IpPacket(from_hex(vectors::kV3Unicast)).with_ttl(64)), "advert");
}

TEST(VrrpReject, OtherGroupOrBroadcastIsBadDestination) {
  const Vrrp3Fields fields{.vrid = 51, .addresses = {kRejectedHavip}};
  EXPECT_EQ(verdict(v3(fields, vrrp_ipv4(kRejectedSource, {224, 0, 0, 19}))), "vrrp_bad_dst");
  EXPECT_EQ(verdict(v3(fields, vrrp_ipv4(kRejectedSource, {239, 1, 1, 1}))), "vrrp_bad_dst");
  EXPECT_EQ(verdict(v3(fields, vrrp_ipv4(kRejectedSource, Ipv4::broadcast()))), "vrrp_bad_dst");
}

TEST(VrrpReject, WrongChecksumIsBadChecksum) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = {kRejectedHavip}, .checksum = VrrpChecksum::kWrong})),
            "vrrp_bad_checksum");
  EXPECT_EQ(verdict(v3({.vrid = 51, .addresses = {kRejectedHavip}, .checksum = VrrpChecksum::kWrong})),
            "vrrp_bad_checksum");
}

TEST(VrrpReject, V2WithPseudoHeaderIsBadChecksum) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = {kRejectedHavip}, .checksum = VrrpChecksum::kPseudoHeader})),
            "vrrp_bad_checksum");
}

TEST(VrrpReject, VridZeroIsBadVrid) {
  EXPECT_EQ(verdict(v2({.vrid = 0, .addresses = {kRejectedHavip}})), "vrrp_bad_vrid");
  EXPECT_EQ(verdict(v3({.vrid = 0, .addresses = {kRejectedHavip}})), "vrrp_bad_vrid");
}

TEST(VrrpReject, IntervalZeroIsBadInterval) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .interval_s = 0, .addresses = {kRejectedHavip}})), "vrrp_bad_interval");
  EXPECT_EQ(verdict(v3({.vrid = 51, .interval_cs = 0, .addresses = {kRejectedHavip}})), "vrrp_bad_interval");
}

TEST(VrrpReject, UnknownAuthenticationTypeIsBadAuth) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = {kRejectedHavip}, .auth_type = 3})), "vrrp_bad_auth");
}

TEST(VrrpReject, AuthenticationTypeTwoWithoutHeaderIsBadAuth) {
  EXPECT_EQ(verdict(v2({.vrid = 51, .addresses = {kRejectedHavip}, .auth_type = 2})), "vrrp_bad_auth");
}

TEST(VrrpReject, AuthenticationHeaderWithoutTypeTwoIsBadAuth) {
  EXPECT_EQ(verdict(IpPacket(PacketBuilder()
                                 .ethernet({})
                                 .ipv4(vrrp_ipv4(kRejectedSource))
                                 .authentication_header({})
                                 .vrrp2({.vrid = 51, .addresses = {kRejectedHavip}, .auth_type = 1})
                                 .build())),
            "vrrp_bad_auth");
}

TEST(VrrpReject, V3BehindAuthenticationHeaderIsBadAuth) {
  EXPECT_EQ(verdict(IpPacket(PacketBuilder()
                                 .ethernet({})
                                 .ipv4(vrrp_ipv4(kRejectedSource))
                                 .authentication_header({})
                                 .vrrp3({.vrid = 51, .addresses = {kRejectedHavip}})
                                 .build())),
            "vrrp_bad_auth");
}

TEST(VrrpReject, AuthenticationHeaderThatDoesNotFitIsBad) {
  const auto with_length = [](std::uint8_t length) {
    return IpPacket(PacketBuilder()
                        .ethernet({})
                        .ipv4(vrrp_ipv4(kRejectedSource))
                        .authentication_header({.length = length})
                        .vrrp2({.vrid = 51, .addresses = {kRejectedHavip}, .auth_type = 2})
                        .build());
  };
  EXPECT_EQ(verdict(with_length(4)), "advert");
  EXPECT_EQ(verdict(with_length(0)), "ah_bad");
  EXPECT_EQ(verdict(with_length(9)), "vrrp_bad_len");
  EXPECT_EQ(verdict(with_length(10)), "ah_bad");
  EXPECT_EQ(verdict(with_length(255)), "ah_bad");
}

TEST(VrrpReject, AuthenticationHeaderBeforeAnotherProtocolIsBad) {
  EXPECT_EQ(verdict(IpPacket(PacketBuilder()
                                 .ethernet({})
                                 .ipv4(vrrp_ipv4(kRejectedSource))
                                 .authentication_header({.next_header = 6})
                                 .vrrp2({.vrid = 51, .addresses = {kRejectedHavip}, .auth_type = 2})
                                 .build())),
            "ah_bad");
}

}  // namespace
}  // namespace vipswitch::owner
