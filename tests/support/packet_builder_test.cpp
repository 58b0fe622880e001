#include "tests/support/packet_builder.h"

#include <gtest/gtest.h>

#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

// The literal frames are those of the owner learning specification, section 6; they were taken from or
// checked against real routers.
constexpr Mac kMacA{0x02, 0, 0, 0, 0, 0x0a}, kMacB{0x02, 0, 0, 0, 0, 0x0b};
constexpr Mac kVrrpMulticastMac{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
constexpr Ipv4 kSender{10, 9, 0, 1}, kReceiver{10, 9, 0, 2}, kVirtual{10, 9, 0, 100};
constexpr std::uint8_t kVrid = 51;

Ipv4Fields advert_ipv4(Ipv4 destination = Ipv4{224, 0, 0, 18}) {
  auto fields = vrrp_ipv4(kSender, destination);
  fields.identification = 1;
  return fields;
}

PacketBuilder advert_to(const Mac& destination, const Ipv4Fields& ip) {
  return PacketBuilder().ethernet({.destination = destination, .source = kMacA}).ipv4(ip);
}

PacketBuilder multicast_advert() {
  return advert_to(kVrrpMulticastMac, advert_ipv4());
}

TEST(PacketBuilder, Vrrp2WithoutAuthenticationYieldsP1) {
  auto builder = multicast_advert();
  builder.vrrp2({.vrid = kVrid, .priority = 150, .addresses = {kVirtual}});
  EXPECT_EQ(to_hex(builder.build()),
            "01005e00001202000000000a080045c0002800010000ff70d0880a090001e0000012"
            "2133960100013e5d0a0900640000000000000000");
}

TEST(PacketBuilder, Vrrp2WithPasswordYieldsP2) {
  auto builder = multicast_advert();
  builder.vrrp2(
      {.vrid = kVrid, .priority = 150, .addresses = {kVirtual}, .auth_type = 1, .auth_data = "s3cretpw"});
  EXPECT_EQ(to_hex(builder.build()),
            "01005e00001202000000000a080045c0002800010000ff70d0880a090001e0000012"
            "21339601010190cb0a0900647333637265747077");
}

TEST(PacketBuilder, Vrrp2OfPriorityZeroYieldsP3) {
  auto builder = multicast_advert();
  builder.vrrp2({.vrid = kVrid, .priority = 0, .addresses = {kVirtual}});
  EXPECT_EQ(to_hex(builder.build()),
            "01005e00001202000000000a080045c0002800010000ff70d0880a090001e0000012"
            "213300010001d45d0a0900640000000000000000");
}

TEST(PacketBuilder, Vrrp2BehindAuthenticationHeaderYieldsP4) {
  auto builder = multicast_advert();
  builder.authentication_header({.spi = 0x0a090001, .sequence = 1})
      .vrrp2({.vrid = kVrid, .priority = 150, .addresses = {kVirtual}, .auth_type = 2});
  EXPECT_EQ(to_hex(builder.build()),
            "01005e00001202000000000a080045c0004000010000ff33d0ad0a090001e0000012"
            "700400000a0900010000000100000000000000000000000021339601"
            "02013c5d0a0900640000000000000000");
}

TEST(PacketBuilder, Vrrp3WithPseudoHeaderYieldsP5) {
  auto builder = multicast_advert();
  builder.vrrp3({.vrid = kVrid, .priority = 150, .addresses = {kVirtual}});
  EXPECT_EQ(to_hex(builder.build()),
            "01005e00001202000000000a080045c0002000010000ff70d0900a090001e0000012"
            "31339601006443610a090064");
}

TEST(PacketBuilder, Vrrp3WithPlainChecksumYieldsP6) {
  auto builder = multicast_advert();
  builder.vrrp3({.vrid = kVrid, .priority = 150, .addresses = {kVirtual}, .checksum = VrrpChecksum::kPlain});
  EXPECT_EQ(to_hex(builder.build()),
            "01005e00001202000000000a080045c0002000010000ff70d0900a090001e0000012"
            "3133960100642dfa0a090064");
}

TEST(PacketBuilder, Vrrp3UnicastYieldsP7) {
  auto builder = advert_to(kMacB, advert_ipv4(kReceiver));
  builder.vrrp3({.vrid = kVrid, .priority = 150, .addresses = {kVirtual}});
  EXPECT_EQ(to_hex(builder.build()),
            "02000000000b02000000000a080045c0002000010000ff70a6980a0900010a090002"
            "31339601006419690a090064");
}

TEST(PacketBuilder, Vrrp3UnicastWithMulticastPseudoHeaderYieldsP8) {
  auto builder = advert_to(kMacB, advert_ipv4(kReceiver));
  builder.vrrp3({.vrid = kVrid,
                 .priority = 150,
                 .addresses = {kVirtual},
                 .checksum = VrrpChecksum::kPseudoHeaderMulticast});
  EXPECT_EQ(to_hex(builder.build()),
            "02000000000b02000000000a080045c0002000010000ff70a6980a0900010a090002"
            "31339601006443610a090064");
}

TEST(PacketBuilder, Vrrp3OverWholePayloadCoversTheTrailer) {
  const Ipv4Fields ip = advert_ipv4();
  const auto build = [&](VrrpChecksum form) {
    return advert_to(kVrrpMulticastMac, ip)
        .vrrp3({.vrid = kVrid, .addresses = {kVirtual}, .checksum = form})
        .counting_payload(28)
        .build();
  };
  constexpr std::size_t kHeadersSize = 14 + 20;
  const auto plain = build(VrrpChecksum::kPlainWholePayload);
  const auto pseudo = build(VrrpChecksum::kPseudoHeaderWholePayload);
  EXPECT_EQ(internet_checksum(std::span(plain).subspan(kHeadersSize)), 0);
  EXPECT_EQ(internet_checksum(ip.source, ip.destination, 112, std::span(pseudo).subspan(kHeadersSize)), 0);
}

TEST(PacketBuilder, GratuitousRequestYieldsG1) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = Mac::broadcast(), .source = kMacA})
                         .gratuitous_arp_request(kMacA, kVirtual)
                         .build();
  EXPECT_EQ(to_hex(frame),
            "ffffffffffff02000000000a08060001080006040001"
            "02000000000a0a090064ffffffffffff0a090064");
}

TEST(PacketBuilder, GratuitousReplyYieldsG2) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = Mac::broadcast(), .source = kMacA})
                         .gratuitous_arp_reply(kMacA, kVirtual)
                         .build();
  EXPECT_EQ(to_hex(frame),
            "ffffffffffff02000000000a08060001080006040002"
            "02000000000a0a09006402000000000a0a090064");
}

TEST(PacketBuilder, ProbeYieldsG4) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = Mac::broadcast(), .source = kMacB})
                         .arp_probe(kMacB, kVirtual)
                         .build();
  EXPECT_EQ(to_hex(frame),
            "ffffffffffff02000000000b08060001080006040001"
            "02000000000b000000000000000000000a090064");
}

// By hand: pseudo-header c0a8+0001+c0a8+0002+0011+000a, header 1000+2000+000a, data 6869: 219e1, folded 19e3,
// complement e61c.
TEST(PacketBuilder, UdpYieldsLiteralDatagram) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = kMacB, .source = kMacA})
                         .ipv4({.source = {192, 168, 0, 1}, .destination = {192, 168, 0, 2}})
                         .udp({.source_port = 0x1000, .destination_port = 0x2000})
                         .payload("hi")
                         .build();
  EXPECT_EQ(to_hex(frame),
            "02000000000b02000000000a0800"
            "4500001e000000004011f97bc0a80001c0a80002"
            "10002000000ae61c6869");
}

TEST(PacketBuilder, TagStandsBetweenMacsAndType) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = kMacB, .source = kMacA})
                         .vlan({.id = 0x123, .priority = 5})
                         .arp_request(kMacA, kSender, kReceiver)
                         .build();
  EXPECT_EQ(to_hex(frame),
            "02000000000b02000000000a8100a1230806"
            "000108000604000102000000000a0a0900010000000000000a090002");
}

TEST(PacketBuilder, OptionsLengthenTheIpv4Header) {
  const auto frame =
      PacketBuilder()
          .ethernet({.destination = kMacB, .source = kMacA})
          .ipv4({.source = kSender, .destination = kReceiver, .options = {0x94, 0x04, 0x00, 0x00}})
          .icmp_echo_request(1, 2)
          .build();
  EXPECT_EQ(frame[14], 0x46);
  EXPECT_EQ(frame.size(), 14U + 24U + 8U);
  EXPECT_EQ(to_hex(std::span(frame).subspan(34, 4)), "94040000");
  EXPECT_TRUE(verify_checksums(frame).ok()) << verify_checksums(frame);
}

TEST(PacketBuilder, FragmentCarriesOffsetAndFlag) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = kMacB, .source = kMacA})
                         .ipv4({.source = kSender,
                                .destination = kReceiver,
                                .more_fragments = true,
                                .fragment_offset = 1480,
                                .protocol = 17})
                         .counting_payload(16)
                         .build();
  EXPECT_EQ(to_hex(std::span(frame).subspan(20, 2)), "20b9");
  EXPECT_EQ(frame[23], 17);
}

TEST(PacketBuilder, FieldsOverrideWhatFollowsFromTheLayers) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = kMacB, .source = kMacA, .type = 0x86dd})
                         .ipv4({.source = kSender,
                                .destination = kReceiver,
                                .protocol = 99,
                                .version = 6,
                                .header_length = 16,
                                .total_length = 1000})
                         .udp({.length = 7})
                         .build();
  EXPECT_EQ(to_hex(std::span(frame).subspan(12, 2)), "86dd");
  EXPECT_EQ(frame[14], 0x64);
  EXPECT_EQ(to_hex(std::span(frame).subspan(16, 2)), "03e8");
  EXPECT_EQ(frame[23], 99);
  EXPECT_EQ(to_hex(std::span(frame).subspan(38, 2)), "0007");
}

TEST(PacketBuilder, PaddingStaysOutsideTheLengths) {
  const auto frame = PacketBuilder()
                         .ethernet({.destination = kMacB, .source = kMacA})
                         .ipv4({.source = kSender, .destination = kReceiver})
                         .icmp_echo_reply(1, 2)
                         .pad_to(60)
                         .build();
  EXPECT_EQ(frame.size(), 60U);
  EXPECT_EQ(to_hex(std::span(frame).subspan(16, 2)), "001c");
  EXPECT_TRUE(verify_checksums(frame).ok()) << verify_checksums(frame);
}

TEST(PacketBuilder, TransportWithoutIpv4Throws) {
  EXPECT_THROW(PacketBuilder().ethernet({}).udp({}).build(), std::logic_error);
}

TEST(FrameText, HexOfBytesReadsBackAsTheBytes) {
  const Frame frame{0x00, 0x9f, 0xa0, 0xff};
  EXPECT_EQ(to_hex(frame), "009fa0ff");
  EXPECT_EQ(from_hex("009f a0\nff"), frame);
}

TEST(FrameText, MalformedHexThrows) {
  EXPECT_THROW(from_hex("0"), std::invalid_argument);
  EXPECT_THROW(from_hex("0g"), std::invalid_argument);
}

}  // namespace
}  // namespace vipswitch::testing
