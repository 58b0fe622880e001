// EIP to inner address and back: which bytes change, and that every checksum is right afterwards.

#include <algorithm>
#include <functional>

#include "tests/stage/shop.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using W = ShopWorld;

constexpr std::uint8_t kTcp = 6, kGre = 47, kSctp = 132;

using Layers = std::function<PacketBuilder&(PacketBuilder&)>;

// A packet that differs on both sides of the NAT by its MACs, one address and 1 off its TTL.
struct Protocol {
  const char* name;
  Ipv4Fields ip;
  Layers above;
  std::vector<const char*> checksums;  // that verify_checksums() is to find
};

void PrintTo(const Protocol& protocol, std::ostream* out) {
  *out << protocol.name;
}

Frame build(const Protocol& protocol, const EthernetFields& ethernet, Ipv4 source, Ipv4 destination,
            std::uint8_t ttl) {
  Ipv4Fields ip = protocol.ip;
  ip.source = source;
  ip.destination = destination;
  ip.ttl = ttl;
  PacketBuilder builder;
  builder.ethernet(ethernet).ipv4(ip);
  return protocol.above(builder).build();
}

std::vector<Protocol> protocols() {
  const auto udp = [](PacketBuilder& b) -> PacketBuilder& {
    return b.udp({.source_port = 4000, .destination_port = 53}).counting_payload(101);
  };
  const auto tcp = [](PacketBuilder& b) -> PacketBuilder& {
    return b.tcp({.source_port = 4000, .destination_port = 443, .options = {2, 4, 5, 180}})
        .counting_payload(100);
  };
  const auto udp_without = [](PacketBuilder& b) -> PacketBuilder& {
    return b.udp({.checksum = Checksum::kZero}).counting_payload(20);
  };
  const auto echo = [](PacketBuilder& b) -> PacketBuilder& {
    return b.icmp_echo_request(1, 2).counting_payload(56);
  };
  const auto bytes = [](PacketBuilder& b) -> PacketBuilder& { return b.counting_payload(64); };
  return {
      {"Udp", {}, udp, {"ipv4", "udp"}},
      {"Tcp", {.dont_fragment = true}, tcp, {"ipv4", "tcp"}},
      {"UdpWithoutChecksum", {}, udp_without, {"ipv4"}},
      {"IcmpEcho", {}, echo, {"ipv4", "icmp"}},
      {"Sctp", {.protocol = kSctp}, bytes, {"ipv4"}},
      {"Gre", {.protocol = kGre}, bytes, {"ipv4"}},
      {"UdpBehindOptions", {.options = std::vector<std::uint8_t>(40, 1)}, udp, {"ipv4", "udp"}},
      {"TcpBehindOptions", {.options = std::vector<std::uint8_t>(4, 1)}, tcp, {"ipv4", "tcp"}},
      {"TypeOfServiceAndIdentification",
       {.type_of_service = 0xb9, .identification = 0xffff},
       udp,
       {"ipv4", "udp"}},
      {"LaterFragment", {.fragment_offset = 1480, .protocol = kTcp}, bytes, {"ipv4"}},
      {"LaterFragmentOf8Bytes",
       {.more_fragments = true, .fragment_offset = 8, .protocol = kTcp},
       [](PacketBuilder& b) -> PacketBuilder& { return b.counting_payload(8); },
       {"ipv4"}},
  };
}

class NatOf : public ShopTest, public ::testing::WithParamInterface<Protocol> {};

TEST_P(NatOf, InwardsChangesDestinationTtlAndMacs) {
  elect(kVm1);
  const Frame outside = build(GetParam(), {W::kUplinkMac, W::kRouterMac}, W::kClient, W::kFrontEip, 57);
  const Frame inside = build(GetParam(), {kVm1.mac, kGatewayMac}, W::kClient, W::kFront, 56);
  EXPECT_THAT(inject(kUplink, outside), ElementsAre(Sent{"vm1-eth0", inside}));
  EXPECT_TRUE(verify_checksums(inside).ok());
  EXPECT_EQ(verify_checksums(inside).verified.size(), GetParam().checksums.size());
}

TEST_P(NatOf, OutwardsChangesSourceTtlAndMacs) {
  elect(kVm1);
  const Frame inside = build(GetParam(), {kGatewayMac, kVm1.mac}, W::kFront, W::kClient, 64);
  const Frame outside = build(GetParam(), {W::kRouterMac, W::kUplinkMac}, W::kFrontEip, W::kClient, 63);
  EXPECT_THAT(inject(kVm1, inside), ElementsAre(Sent{"uplink", outside}));
  EXPECT_TRUE(verify_checksums(outside).ok());
}

INSTANTIATE_TEST_SUITE_P(Nat, NatOf, ::testing::ValuesIn(protocols()),
                         [](const auto& instance) { return std::string(instance.param.name); });

class Nat : public ShopTest {
 protected:
  // The whole UDP checksum field of what leaves towards the internet.
  static std::uint16_t udp_checksum(const Frame& frame) {
    return static_cast<std::uint16_t>(frame.at(40) << 8 | frame.at(41));
  }
};

TEST_F(Nat, PortHasAnEipOfItsOwn) {
  EXPECT_THAT(
      inject(kVm3, datagram(kVm3, kVm3.ip, W::kClient)),
      ElementsAre(Sent{"uplink", PacketBuilder()
                                     .ethernet({W::kRouterMac, W::kUplinkMac})
                                     .ipv4({.source = W::kVm3Eip, .destination = W::kClient, .ttl = 63})
                                     .udp({.source_port = 4000, .destination_port = 53})
                                     .payload("question")
                                     .build()}));
}

// The checksum of a first fragment covers bytes that are not there: it changes by as much as the whole's.
TEST_F(Nat, FragmentsAreTranslatedSoThatTheirWholeIsRight) {
  const auto whole_of = [](Ipv4 source, Ipv4 destination) {
    return PacketBuilder()
        .ethernet({})
        .ipv4({.source = source, .destination = destination})
        .udp({.source_port = 9})
        .counting_payload(3000)
        .build();
  };
  const Frame whole = whole_of(W::kClient, W::kVm3Eip), expected = whole_of(W::kClient, kVm3.ip);
  constexpr std::size_t kHeaders = 34, kCut = 1480;
  const std::vector<std::uint8_t> first(whole.begin() + kHeaders, whole.begin() + kHeaders + kCut);
  const auto sent = inject(
      kUplink,
      from_router()
          .ipv4({.source = W::kClient, .destination = W::kVm3Eip, .more_fragments = true, .protocol = 17})
          .payload(first)
          .build());
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(udp_checksum(sent[0].frame), udp_checksum(expected));
  EXPECT_TRUE(verify_checksums(sent[0].frame).ok());
}

// RFC 768: zero would say that there is none.
TEST_F(Nat, UdpChecksumThatComesOutAsZeroIsSentAsAllOnes) {
  const auto with_word = [](std::uint16_t word, Ipv4 source) {
    return from_vm(kVm3, kGatewayMac)
        .ipv4({.source = source, .destination = W::kClient})
        .udp({})
        .payload({static_cast<std::uint8_t>(word >> 8), static_cast<std::uint8_t>(word)})
        .build();
  };
  // The payload that makes the sum behind the translation all ones.
  const std::uint16_t word = udp_checksum(with_word(0, W::kVm3Eip));
  const auto sent = inject(kVm3, with_word(word, kVm3.ip));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(udp_checksum(sent[0].frame), 0xffff);
  EXPECT_TRUE(verify_checksums(sent[0].frame).ok());
}

TEST_F(Nat, WrongChecksumStaysWrong) {
  const auto sent = inject(kUplink, from_router()
                                        .ipv4({.source = W::kClient, .destination = W::kVm3Eip})
                                        .udp({.checksum = Checksum::kWrong})
                                        .payload("question")
                                        .build());
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_FALSE(verify_checksums(sent[0].frame).ok());
}

TEST_F(Nat, SegmentThatEndsBeforeItsChecksumIsDroppedOutwards) {
  expect_drop(
      DropReason::l4_truncated, kVm3,
      from_vm(kVm3, kGatewayMac)
          .ipv4({.source = kVm3.ip, .destination = W::kClient, .more_fragments = true, .protocol = kTcp})
          .counting_payload(8)
          .build());
}

TEST_F(Nat, TtlEndsAtTheSwitch) {
  elect(kVm1);
  for (const std::uint8_t ttl : {std::uint8_t{0}, std::uint8_t{1}}) {
    expect_drop(
        DropReason::ttl_exceeded, kUplink,
        from_router().ipv4({.source = W::kClient, .destination = W::kFrontEip, .ttl = ttl}).udp({}).build());
    expect_drop(DropReason::ttl_exceeded, kVm1,
                from_vm(kVm1, kGatewayMac)
                    .ipv4({.source = W::kFront, .destination = W::kClient, .ttl = ttl})
                    .udp({})
                    .build());
  }
}

TEST_F(Nat, VirtualMacOfTheOwnerIsTheDeliveryMac) {
  inject(kVm1, advert({kVm1.port, Mac::vrrp_ipv4(kVrid), kVm1.ip}));
  const auto sent = inject(kUplink, datagram_from_internet(W::kFrontEip));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(
      std::equal(sent[0].frame.begin(), sent[0].frame.begin() + 6, Mac::vrrp_ipv4(kVrid).bytes().begin()));
}

TEST_F(Nat, EipFollowsTheOwnerBothWays) {
  elect(kVm1, 100);
  EXPECT_EQ(inject(kUplink, datagram_from_internet(W::kFrontEip)).at(0).port, kVm1.port);
  elect(kVm2, 150);
  EXPECT_EQ(inject(kUplink, datagram_from_internet(W::kFrontEip)).at(0).port, kVm2.port);
  EXPECT_EQ(inject(kVm2, datagram(kVm2, W::kFront, W::kClient)).at(0).port, kUplink);
  expect_drop(DropReason::eip_not_owner, kVm1, datagram(kVm1, W::kFront, W::kClient));
}

TEST_F(Nat, NobodySendsFromAHavipThatItsOwnerHasReleased) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, 0));
  expect_drop(DropReason::eip_not_owner, kVm1, datagram(kVm1, W::kFront, W::kClient));
}

TEST_F(Nat, EipMovesWithItsBinding) {
  elect(kVm1);
  Service& service = vswitch.service();
  ASSERT_TRUE(service.unbind_eip("vm3-public"));
  ASSERT_TRUE(service.unbind_eip("front-public"));
  ASSERT_TRUE(service.bind_eip("front-public", {model::TargetKind::kPort, std::string(kVm3.port)}));
  EXPECT_EQ(inject(kUplink, datagram_from_internet(W::kFrontEip)).at(0).port, kVm3.port);
  expect_drop(DropReason::no_eip, kVm1, datagram(kVm1, W::kFront, W::kClient));
  expect_drop(DropReason::eip_unbound, kUplink, datagram_from_internet(W::kVm3Eip));
}

TEST_F(Nat, NeighbourOnTheUplinksPrefixIsItsOwnNextHop) {
  constexpr Ipv4 kNeighbour{198, 51, 100, 77};
  constexpr Mac kNeighbourMac{0x02, 0, 0x5e, 0x10, 0, 0x77};
  expect_drop(DropReason::next_hop_unresolved, kVm3, datagram(kVm3, kVm3.ip, kNeighbour));
  EXPECT_THAT(vswitch.control().uplink().neighbours(), Contains(::testing::Key(kNeighbour)))
      << "control was not told";
  Event answered{};
  answered.kind = EventKind::kNextHopLearned;
  answered.address = Ipv6::mapped(kNeighbour);
  answered.mac = kNeighbourMac;
  vswitch.worker().emit(answered);
  vswitch.settle();
  const auto sent = inject(kVm3, datagram(kVm3, kVm3.ip, kNeighbour));
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_TRUE(std::equal(sent[0].frame.begin(), sent[0].frame.begin() + 6, kNeighbourMac.bytes().begin()));
  // Control keeps it because of that packet.
  EXPECT_TRUE(vswitch.tables().ipv4.neighbour_use.take(kNeighbour));
  EXPECT_FALSE(vswitch.tables().ipv4.neighbour_use.take(kNeighbour));
}

// One tenant's packets do not keep those of others from being told of.
TEST_F(Nat, NextHopsThatPacketsWantAreToldForEachPort) {
  for (std::uint8_t host = 100; host < 200; ++host)
    inject(kVm3, datagram(kVm3, kVm3.ip, Ipv4(198, 51, 100, host)));
  vswitch.settle();
  const auto known = [&] { return vswitch.control().uplink().neighbours().size(); };
  const std::size_t of_vm3 = known();
  EXPECT_LT(of_vm3, 50u);
  elect(kVm1);
  inject(kVm1, datagram(kVm1, W::kFront, Ipv4(198, 51, 100, 240)));
  vswitch.settle();
  EXPECT_EQ(known(), of_vm3 + 1);
}

// Anybody on the provider network can speak: the ring of events is for owner changes too.
TEST_F(Nat, NeighboursThatNameThemselvesAreToldAtABoundedRate) {
  const auto mac_of = [](std::uint32_t i) {
    return Mac(2, 0, 0, 9, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i));
  };
  for (std::uint32_t i = 0; i < 500; ++i) {
    const Mac mac = mac_of(i);
    inject(kUplink, PacketBuilder()
                        .ethernet({.destination = Mac::broadcast(), .source = mac})
                        .arp({.operation = 1,
                              .sender_mac = mac,
                              .sender_ip = Ipv4(198, 51, 100, static_cast<std::uint8_t>(10 + i % 200)),
                              .target_ip = W::kUplinkIp})
                        .build());
    if (i % 200 == 199) vswitch.settle();
  }
  vswitch.settle();
  const auto& known = vswitch.control().uplink().neighbours();
  EXPECT_EQ(known.at(Ipv4(198, 51, 100, 10)).mac, mac_of(0));
  EXPECT_EQ(known.at(Ipv4(198, 51, 100, 209)).mac, mac_of(199));
}

TEST_F(Nat, OwnAddressOfTheUplinkIsNotAskedFor) {
  const auto before = vswitch.control().uplink().neighbours().size();
  expect_drop(DropReason::next_hop_unresolved, kVm3, datagram(kVm3, kVm3.ip, W::kUplinkIp));
  vswitch.settle();
  EXPECT_EQ(vswitch.control().uplink().neighbours().size(), before);
}

TEST_F(Nat, UplinkAnswersEchoForItsOwnAddress) {
  const auto echo = [](const EthernetFields& ethernet, Ipv4 source, Ipv4 destination, std::uint8_t ttl) {
    return PacketBuilder().ethernet(ethernet).ipv4(
        {.source = source, .destination = destination, .ttl = ttl});
  };
  EXPECT_THAT(inject(kUplink, echo({W::kUplinkMac, W::kRouterMac}, W::kClient, W::kUplinkIp, 9)
                                  .icmp_echo_request(5, 6)
                                  .counting_payload(33)
                                  .build()),
              ElementsAre(Sent{"uplink", echo({W::kRouterMac, W::kUplinkMac}, W::kUplinkIp, W::kClient, 64)
                                             .icmp_echo_reply(5, 6)
                                             .counting_payload(33)
                                             .build()}));
  expect_drop(DropReason::not_for_uplink, kUplink, datagram_from_internet(W::kUplinkIp));
}

TEST_F(Nat, DestinationsThatNobodyRoutesAreDropped) {
  for (const Ipv4 address : {Ipv4(), Ipv4::broadcast(), Ipv4(127, 0, 0, 1), Ipv4(224, 0, 0, 1)}) {
    expect_drop(DropReason::unroutable, kVm3, datagram(kVm3, kVm3.ip, address));
  }
}

TEST_F(Nat, OnlyWhatIsSentToTheGatewayLeaves) {
  expect_drop(DropReason::unknown_mac, kVm3, datagram(kVm3, kVm3.ip, W::kClient, {2, 0, 0, 0, 0, 1}));
}

}  // namespace
}  // namespace vipswitch::testing
