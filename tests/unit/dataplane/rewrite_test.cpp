#include "dataplane/rewrite.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>

#include "dataplane/echo.h"
#include "tests/support/frame_checksums.h"
#include "tests/support/packet_builder.h"

namespace vipswitch::testing {
namespace {

constexpr Ipv4 kInner(10, 77, 0, 100), kPublic(203, 0, 113, 10), kClient(192, 0, 2, 10);
constexpr Mac kClientMac(2, 0, 0, 0, 0, 1), kSwitchMac(2, 0, 0, 0, 0, 2);

// A frame and the metadata that parse makes of it. The bytes lie in a buffer of their exact size.
struct Parsed {
  explicit Parsed(Frame frame) : bytes(std::move(frame)) {
    packet.data = bytes.data();
    packet.size = static_cast<std::uint16_t>(bytes.size());
    packet.kind = PacketKind::kIpv4;
    packet.l3_offset = sizeof(wire::Ethernet);
    const wire::Ipv4Header& ip = packet.ipv4();
    packet.l4_offset = static_cast<std::uint16_t>(packet.l3_offset + ip.header_length());
    packet.l3_size = ip.total_length.get().host();
    packet.protocol = ip.protocol;
    const std::uint16_t fragment = ip.flags_and_offset.get().host();
    packet.fragment = (fragment & wire::kIpv4OffsetMask) != 0      ? Fragment::kLater
                      : (fragment & wire::kIpv4MoreFragments) != 0 ? Fragment::kFirst
                                                                   : Fragment::kWhole;
    packet.source = ip.source;
    packet.destination = ip.destination;
  }

  ChecksumReport checksums() const { return verify_checksums(bytes); }

  Frame bytes;
  Packet packet{};
};

PacketBuilder to_public(Ipv4Fields fields = {}) {
  fields.source = kClient;
  fields.destination = kPublic;
  PacketBuilder builder;
  builder.ethernet({.destination = kSwitchMac, .source = kClientMac}).ipv4(fields);
  return builder;
}

const AddressRewrite<Ipv4> kToInner = AddressRewrite<Ipv4>::between(kPublic, kInner);

TEST(Translate, UdpToTheInnerAddressKeepsBothChecksumsRight) {
  Parsed parsed(to_public().udp({.source_port = 7, .destination_port = 53}).payload("query").build());
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
  EXPECT_EQ(parsed.packet.ipv4().destination.get(), kInner);
  EXPECT_EQ(parsed.packet.destination, kInner);
  EXPECT_EQ(parsed.packet.ipv4().source.get(), kClient);
  EXPECT_EQ(parsed.packet.ipv4().ttl, 63);
  EXPECT_TRUE(parsed.checksums().ok()) << parsed.checksums();
}

TEST(Translate, TcpFromTheInnerAddressKeepsBothChecksumsRight) {
  PacketBuilder builder;
  builder.ethernet({}).ipv4({.source = kInner, .destination = kClient}).tcp({.source_port = 443});
  Parsed parsed(builder.counting_payload(33).build());
  ASSERT_TRUE(translate(parsed.packet, Side::kSource, AddressRewrite<Ipv4>::between(kInner, kPublic)));
  EXPECT_EQ(parsed.packet.ipv4().source.get(), kPublic);
  EXPECT_EQ(parsed.packet.source, kPublic);
  EXPECT_TRUE(parsed.checksums().ok()) << parsed.checksums();
}

TEST(Translate, RandomAddressesAndOptionsKeepChecksumsRight) {
  std::mt19937 random(3);
  const auto address = [&] { return Ipv4::from_host(static_cast<std::uint32_t>(random())); };
  for (int i = 0; i < 3000; ++i) {
    const Ipv4 from = address(), to = address();
    Ipv4Fields fields{
        .source = from, .destination = address(), .ttl = static_cast<std::uint8_t>(1 + random() % 255)};
    fields.identification = static_cast<std::uint16_t>(random());
    fields.options.assign(4 * (random() % 11), 1);
    PacketBuilder builder;
    builder.ethernet({}).ipv4(fields);
    if (i % 2 == 0) {
      builder.udp({.source_port = static_cast<std::uint16_t>(random())});
    } else {
      builder.tcp({.sequence = static_cast<std::uint32_t>(random())});
    }
    Parsed parsed(builder.counting_payload(random() % 40).build());
    ASSERT_TRUE(translate(parsed.packet, Side::kSource, AddressRewrite<Ipv4>::between(from, to)));
    ASSERT_TRUE(parsed.checksums().ok()) << i << ": " << parsed.checksums();
  }
}

TEST(Translate, ThereAndBackIsTheSameButForTheTtl) {
  const Frame before = to_public().tcp({.source_port = 9, .destination_port = 80}).payload("x").build();
  Parsed parsed(before);
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, AddressRewrite<Ipv4>::between(kInner, kPublic)));
  const Frame expected =
      to_public({.ttl = 62}).tcp({.source_port = 9, .destination_port = 80}).payload("x").build();
  EXPECT_EQ(to_hex(parsed.bytes), to_hex(expected));
}

// RFC 768: zero means that the sender computed none, and must stay so.
TEST(Translate, UdpWithoutChecksumStaysWithout) {
  Parsed parsed(to_public().udp({.checksum = Checksum::kZero}).payload("x").build());
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
  EXPECT_EQ(parsed.bytes[parsed.packet.l4_offset + 6], 0);
  EXPECT_EQ(parsed.bytes[parsed.packet.l4_offset + 7], 0);
  EXPECT_TRUE(parsed.checksums().ok()) << parsed.checksums();
}

// RFC 768: a checksum that comes out as zero is sent as all ones.
TEST(Translate, UdpChecksumThatBecomesZeroIsSentAsOnes) {
  unsigned seen = 0;
  for (std::uint32_t port = 0; port <= 0xffff; ++port) {
    Parsed parsed(to_public().udp({.source_port = static_cast<std::uint16_t>(port)}).build());
    ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
    const std::size_t offset = parsed.packet.l4_offset + 6u;
    ASSERT_FALSE(parsed.bytes[offset] == 0 && parsed.bytes[offset + 1] == 0) << port;
    if (parsed.bytes[offset] != 0xff || parsed.bytes[offset + 1] != 0xff) continue;
    ++seen;
    EXPECT_TRUE(parsed.checksums().ok()) << parsed.checksums();
  }
  EXPECT_EQ(seen, 1u);
}

TEST(Translate, IcmpEchoIsLeftAloneBehindItsHeader) {
  const Frame before = to_public().icmp_echo_request(1, 2).payload("abc").build();
  Parsed parsed(before);
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
  EXPECT_TRUE(std::equal(before.begin() + 34, before.end(), parsed.bytes.begin() + 34));
  EXPECT_TRUE(parsed.checksums().ok()) << parsed.checksums();
}

TEST(Translate, LaterFragmentChangesTheHeaderAlone) {
  const Frame before =
      to_public({.fragment_offset = 1480, .protocol = wire::kProtoUdp}).counting_payload(40).build();
  Parsed parsed(before);
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
  EXPECT_TRUE(std::equal(before.begin() + 34, before.end(), parsed.bytes.begin() + 34));
  EXPECT_TRUE(parsed.checksums().ok()) << parsed.checksums();
}

// The first fragment holds the checksum of the whole datagram; its delta is that of the address.
TEST(Translate, FirstFragmentsChecksumChangesByTheAddress) {
  Parsed whole(to_public({.identification = 5}).tcp({}).counting_payload(60).build());
  Parsed first(to_public({.identification = 5, .more_fragments = true}).tcp({}).counting_payload(60).build());
  ASSERT_TRUE(translate(whole.packet, Side::kDestination, kToInner));
  ASSERT_TRUE(translate(first.packet, Side::kDestination, kToInner));
  const std::size_t offset = whole.packet.l4_offset + offsetof(wire::Tcp, checksum);
  EXPECT_EQ(first.bytes[offset], whole.bytes[offset]);
  EXPECT_EQ(first.bytes[offset + 1], whole.bytes[offset + 1]);
}

TEST(Translate, WrongChecksumStaysWrong) {
  Parsed parsed(to_public().udp({.checksum = Checksum::kWrong}).payload("x").build());
  ASSERT_TRUE(translate(parsed.packet, Side::kDestination, kToInner));
  EXPECT_FALSE(parsed.checksums().ok());
}

// At every length the checksum field is either whole and changed, or the packet is left as it was.
TEST(Translate, PacketThatEndsBeforeTheChecksumIsRefusedUnchanged) {
  struct Case {
    std::uint8_t protocol;
    std::size_t end_of_checksum;
  };
  for (const Case& c : {Case{wire::kProtoTcp, 18}, Case{wire::kProtoUdp, 8}}) {
    for (std::size_t size = 0; size < 24; ++size) {
      const Frame before = to_public({.protocol = c.protocol}).counting_payload(size).build();
      Parsed parsed(before);
      const bool is_whole = size >= c.end_of_checksum;
      EXPECT_EQ(translate(parsed.packet, Side::kDestination, kToInner), is_whole) << size;
      if (!is_whole) {
        EXPECT_EQ(to_hex(parsed.bytes), to_hex(before)) << size;
      }
    }
  }
}

// Padding behind the IP packet is not part of it, even where the checksum would lie in it.
TEST(Translate, ChecksumInThePaddingIsNone) {
  Parsed parsed(to_public({.protocol = wire::kProtoUdp}).counting_payload(4).pad_to(60).build());
  EXPECT_EQ(l4_checksum_offset(parsed.packet), kMissing);
  EXPECT_FALSE(translate(parsed.packet, Side::kDestination, kToInner));
}

TEST(DecrementTtl, KeepsTheHeaderChecksumRightForEveryTtl) {
  for (unsigned ttl = 1; ttl < 256; ++ttl) {
    Parsed parsed(to_public({.ttl = static_cast<std::uint8_t>(ttl)}).udp({}).build());
    decrement_hop_limit(parsed.packet);
    EXPECT_EQ(parsed.packet.ipv4().ttl, ttl - 1);
    EXPECT_TRUE(parsed.checksums().ok()) << ttl << ": " << parsed.checksums();
  }
}

TEST(AnswerEcho, TurnsARequestIntoItsReply) {
  Parsed parsed(to_public({.ttl = 9}).icmp_echo_request(0x1234, 5).payload("abcdefg").build());
  ASSERT_TRUE(answer_echo(parsed.packet, kSwitchMac));
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = kClientMac, .source = kSwitchMac})
                             .ipv4({.source = kPublic, .destination = kClient, .ttl = 64})
                             .icmp_echo_reply(0x1234, 5)
                             .payload("abcdefg")
                             .build();
  EXPECT_EQ(to_hex(parsed.bytes), to_hex(expected));
}

TEST(AnswerEcho, LeavesOtherPacketsAlone) {
  const Frame frames[] = {
      to_public().icmp_echo_reply(1, 1).build(),
      to_public().icmp({.type = 8, .code = 1}).build(),
      to_public().udp({}).payload("x").build(),
      to_public({.more_fragments = true}).icmp_echo_request(1, 1).build(),
  };
  for (const Frame& frame : frames) {
    Parsed parsed(frame);
    EXPECT_FALSE(answer_echo(parsed.packet, kSwitchMac));
    EXPECT_EQ(to_hex(parsed.bytes), to_hex(frame));
  }
}

TEST(AnswerEcho, TruncatedRequestIsNone) {
  for (std::size_t size = 0; size < sizeof(wire::IcmpEcho); ++size) {
    std::vector<std::uint8_t> bytes(size, 0);
    if (size > 0) bytes[0] = wire::kIcmpEchoRequest;
    const Frame frame = to_public({.protocol = wire::kProtoIcmp}).payload(bytes).build();
    Parsed parsed(frame);
    EXPECT_FALSE(answer_echo(parsed.packet, kSwitchMac)) << size;
    EXPECT_EQ(to_hex(parsed.bytes), to_hex(frame));
  }
}

}  // namespace
}  // namespace vipswitch::testing
