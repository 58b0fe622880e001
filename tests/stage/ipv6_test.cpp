// IPv6 through the whole pipeline: forwarding, NAT, the provider network.

#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;
using ::testing::UnorderedElementsAre;

class Ipv6Pipeline : public Shop6Test {};

// --- forwarding

TEST_F(Ipv6Pipeline, ReachesANeighbourUnchanged) {
  const Frame frame = datagram6(kVm1, W6::kVm1Ip, W6::kVm3Ip, kVm3.mac);
  EXPECT_EQ(sent_for(kVm1.port, frame), (Sent{"vm3-eth0", frame}));
}

TEST_F(Ipv6Pipeline, IsRoutedBetweenSubnetsWithOneHopLess) {
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = kDb1.mac, .source = kGatewayMac})
                             .ipv6({.source = W6::kVm1Ip, .destination = W6::kDb1Ip, .hop_limit = 63})
                             .udp({.source_port = 4000, .destination_port = 53})
                             .payload("question")
                             .build();
  EXPECT_EQ(sent_for(kVm1.port, datagram6(kVm1, W6::kVm1Ip, W6::kDb1Ip)), (Sent{"db1-eth0", expected}));
}

TEST_F(Ipv6Pipeline, HavipIsReachedAtItsOwnerWhateverTheMac) {
  elect6(kVm1);
  const auto sent = sent_for(kVm3.port, datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVm2.mac));
  EXPECT_EQ(sent, (Sent{"vm1-eth0", datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVm1.mac)}));
  elect6(kVm2);
  EXPECT_EQ(sent_for(kVm3.port, datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVm1.mac)).port, "vm2-eth0");
}

TEST_F(Ipv6Pipeline, StableMacOfAHavipLeadsToItsOwner) {
  elect6(kVm1);
  const Ipv6 beyond = v6(0x999, 1);
  const auto sent = sent_for(kVm3.port, datagram6(kVm3, W6::kVm3Ip, beyond, stable_mac(W6::kFront)));
  EXPECT_EQ(sent, (Sent{"vm1-eth0", datagram6(kVm3, W6::kVm3Ip, beyond, kVm1.mac)}));
}

TEST_F(Ipv6Pipeline, LinkLocalStaysInTheSubnet) {
  const Ipv6 vm1 = link_local_of(kVm1.mac), vm3 = link_local_of(kVm3.mac);
  const Frame frame = datagram6(kVm1, vm1, vm3, kVm3.mac);
  EXPECT_EQ(sent_for(kVm1.port, frame), (Sent{"vm3-eth0", frame}));
  expect_drop(DropReason::unknown_destination, kVm1, datagram6(kVm1, vm1, vm3));
}

TEST_F(Ipv6Pipeline, MulticastIsFlooded) {
  const Frame frame = from_vm(kVm1, Mac(0x33, 0x33, 0, 0, 0, 0x12))
                          .ipv6({.source = link_local_of(kVm1.mac),
                                 .destination = Ipv6::from_groups({0xff02, 0, 0, 0, 0, 0, 0, 0x12})})
                          .udp({})
                          .build();
  EXPECT_THAT(inject(kVm1, frame), UnorderedElementsAre(Sent{"vm2-eth0", frame}, Sent{"vm3-eth0", frame}));
}

TEST_F(Ipv6Pipeline, GatewayAnswersPingAtBothItsAddresses) {
  for (const Ipv6& gateway : {W6::kWebGateway, kGatewayLinkLocal}) {
    const Frame request = from_vm(kVm1, kGatewayMac)
                              .ipv6({.source = W6::kVm1Ip, .destination = gateway, .hop_limit = 5})
                              .icmp6({.type = wire::kIcmp6EchoRequest, .rest_of_header = 0x12340001})
                              .payload("abc")
                              .build();
    const Frame reply = PacketBuilder()
                            .ethernet({.destination = kVm1.mac, .source = kGatewayMac})
                            .ipv6({.source = gateway, .destination = W6::kVm1Ip})
                            .icmp6({.type = wire::kIcmp6EchoReply, .rest_of_header = 0x12340001})
                            .payload("abc")
                            .build();
    EXPECT_EQ(sent_for(kVm1.port, request), (Sent{"vm1-eth0", reply}));
  }
}

// --- guard

TEST_F(Ipv6Pipeline, SourceMustBeThePorts) {
  expect_drop(DropReason::spoofed_ip, kVm1, datagram6(kVm1, v6(0x77, 0x50), W6::kVm3Ip, kVm3.mac));
  expect_drop(DropReason::spoofed_ip, kVm1, datagram6(kVm1, W6::kVm2Ip, W6::kVm3Ip, kVm3.mac));
  expect_drop(DropReason::claim_unbound, kVm3, datagram6(kVm3, W6::kFront, W6::kVm1Ip, kVm1.mac));
  expect_drop(DropReason::spoofed_ip, kVm1, datagram6(kVm1, kGatewayLinkLocal, W6::kVm3Ip, kVm3.mac));
  expect_drop(DropReason::spoofed_ip, kVm1, datagram6(kVm1, Ipv6(), W6::kVm3Ip, kVm3.mac));
}

TEST_F(Ipv6Pipeline, AnnouncementMustBeForThePortsAddress) {
  expect_drop(DropReason::claim_unbound, kVm3, announcement6(kVm3, W6::kVm3Ip));
  expect_drop(DropReason::claim_gateway, kVm3, announcement6(kVm3, W6::kVm3Ip, W6::kWebGateway));
  expect_drop(DropReason::claim_gateway, kVm3, announcement6(kVm3, W6::kVm3Ip, kGatewayLinkLocal));
  // The addresses that other ports make from their MACs; any other is the guests' own affair.
  expect_drop(DropReason::spoofed_nd, kVm3, announcement6(kVm3, W6::kVm3Ip, link_local_of(kVm1.mac)));
  expect_drop(DropReason::spoofed_ip, kVm3, datagram6(kVm3, link_local_of(kVm1.mac), W6::kVm1Ip, kVm1.mac));
  EXPECT_FALSE(inject(kVm3, announcement6(kVm3, W6::kVm3Ip, Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 9})))
                   .empty());
  expect_drop(DropReason::claim_foreign, kVm3, announcement6(kVm3, W6::kVm3Ip, W6::kVm1Ip));
}

TEST_F(Ipv6Pipeline, AdvertisedMacMustBeThePorts) {
  const Frame frame =
      from_vm(kVm1, Mac::of_multicast(Ipv6::all_nodes()))
          .ipv6({.source = W6::kVm1Ip, .destination = Ipv6::all_nodes(), .hop_limit = 255})
          .neighbour({.type = 136, .target = W6::kFront, .flags = wire::kNdOverride, .mac = kVm3.mac})
          .build();
  expect_drop(DropReason::spoofed_nd, kVm1, frame);
  EXPECT_EQ(owner6(), "");
}

// --- virtual MACs of VRRP over IPv6 (RFC 9568 7.3)

constexpr Mac kVirtualMac = Mac::vrrp_ipv6(51);

Frame announcement_with_virtual_mac(const Vm& vm, const Ipv6& target) {
  return PacketBuilder()
      .ethernet({.destination = Mac::of_multicast(Ipv6::all_nodes()), .source = kVirtualMac})
      .ipv6({.source = link_local_of(vm.mac), .destination = Ipv6::all_nodes(), .hop_limit = 255})
      .neighbour({.type = 136, .target = target, .flags = wire::kNdOverride, .mac = kVirtualMac})
      .build();
}

TEST_F(Ipv6Pipeline, OwnerWithAVirtualMacGetsItsDataThere) {
  const Vm as_master{kVm1.port, kVirtualMac, kVm1.ip};
  expect_drop(DropReason::spoofed_mac, kVm1, datagram6(as_master, W6::kVm1Ip, W6::kVm3Ip, kVm3.mac));
  inject(kVm1, announcement_with_virtual_mac(kVm1, W6::kFront));
  EXPECT_EQ(owner6(), "vm1-eth0");
  EXPECT_EQ(sent_for(kVm3.port, datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVm2.mac)),
            (Sent{"vm1-eth0", datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVirtualMac)}));
  // Now that it owns with it, it may send data from it.
  EXPECT_EQ(sent_for(kVm1.port, datagram6(as_master, W6::kFront, W6::kVm3Ip, kVm3.mac)).port, "vm3-eth0");
}

TEST_F(Ipv6Pipeline, VirtualMacIsForMembersAndTheirHavips) {
  expect_drop(DropReason::spoofed_mac, kVm3, announcement_with_virtual_mac(kVm3, W6::kVm3Ip));
  expect_drop(DropReason::spoofed_mac, kVm1, announcement_with_virtual_mac(kVm1, W6::kVm1Ip));
}

// --- NAT

TEST_F(Ipv6Pipeline, EipLeadsToTheOwner) {
  elect6(kVm1);
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = kVm1.mac, .source = kGatewayMac})
                             .ipv6({.source = W6::kClient, .destination = W6::kFront, .hop_limit = 63})
                             .udp({.source_port = 4000, .destination_port = 53})
                             .payload("question")
                             .build();
  EXPECT_EQ(sent_for(kUplink, datagram6_from_internet(W6::kFrontEip)), (Sent{"vm1-eth0", expected}));
}

TEST_F(Ipv6Pipeline, OwnerSpeaksAsItsEip) {
  elect6(kVm1);
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                             .ipv6({.source = W6::kFrontEip, .destination = W6::kClient, .hop_limit = 63})
                             .udp({.source_port = 4000, .destination_port = 53})
                             .payload("question")
                             .build();
  EXPECT_EQ(sent_for(kVm1.port, datagram6(kVm1, W6::kFront, W6::kClient)), (Sent{"uplink", expected}));
  expect_drop(DropReason::eip_not_owner, kVm2, datagram6(kVm2, W6::kFront, W6::kClient));
  expect_drop(DropReason::no_eip, kVm1, datagram6(kVm1, W6::kVm1Ip, W6::kClient));
}

TEST_F(Ipv6Pipeline, TransportsKeepTheirChecksumsThroughNat) {
  const auto to_vm3 = [] { return from_router().ipv6({.source = W6::kClient, .destination = W6::kVm3Eip}); };
  sent_for(kUplink, to_vm3().tcp({.source_port = 1, .destination_port = 2}).payload("x").build());
  sent_for(kUplink, to_vm3().icmp6({.type = wire::kIcmp6EchoRequest}).payload("x").build());
  sent_for(kUplink, to_vm3().ipv6_extension({.type = 60, .size = 24}).udp({}).payload("odd").build());
  sent_for(kUplink, to_vm3().ipv6_extension({.type = 0}).ipv6_extension({.type = 43}).tcp({}).build());
}

TEST_F(Ipv6Pipeline, FragmentsKeepTheChecksumInTheFirst) {
  const Ipv6Fields header{.source = W6::kClient, .destination = W6::kVm3Eip};
  const Frame whole =
      from_router().ipv6(header).udp({.source_port = 1, .destination_port = 2}).counting_payload(40).build();
  const std::vector<std::uint8_t> segment(whole.begin() + 54, whole.end());
  const auto piece = [&](std::size_t from, std::size_t to, bool more) {
    return from_router()
        .ipv6(header)
        .ipv6_fragment(
            {.offset = static_cast<std::uint16_t>(from), .more_fragments = more, .next_header = 17})
        .payload(std::vector<std::uint8_t>(segment.begin() + static_cast<std::ptrdiff_t>(from),
                                           segment.begin() + static_cast<std::ptrdiff_t>(to)))
        .build();
  };
  const Sent second = sent_for(kUplink, piece(24, 48, false)), first = sent_for(kUplink, piece(0, 24, true));
  Frame joined = PacketBuilder()
                     .ethernet({})
                     .ipv6({.source = W6::kClient, .destination = W6::kVm3Ip, .next_header = 17})
                     .payload(std::vector<std::uint8_t>(first.frame.begin() + 62, first.frame.end()))
                     .payload(std::vector<std::uint8_t>(second.frame.begin() + 62, second.frame.end()))
                     .build();
  EXPECT_TRUE(verify_checksums(joined).ok()) << verify_checksums(joined);
}

// --- errors

TEST_F(Ipv6Pipeline, ErrorFromTheInternetQuotesWhatTheGuestSent) {
  const Sent sent = sent_for(kUplink, from_router()
                                          .ipv6({.source = W6::kRouterIp, .destination = W6::kVm3Eip})
                                          .icmp6({.type = wire::kIcmp6PacketTooBig, .rest_of_header = 1280})
                                          .ipv6({.source = W6::kVm3Eip, .destination = W6::kClient})
                                          .udp({.source_port = 9, .destination_port = 53})
                                          .payload("question")
                                          .build());
  const Frame expected = PacketBuilder()
                             .ethernet({.destination = kVm3.mac, .source = kGatewayMac})
                             .ipv6({.source = W6::kRouterIp, .destination = W6::kVm3Ip, .hop_limit = 63})
                             .icmp6({.type = wire::kIcmp6PacketTooBig, .rest_of_header = 1280})
                             .ipv6({.source = W6::kVm3Ip, .destination = W6::kClient})
                             .udp({.source_port = 9, .destination_port = 53})
                             .payload("question")
                             .build();
  EXPECT_EQ(sent, (Sent{"vm3-eth0", expected}));
}

// Also of a type that nobody knows: what is below 128 quotes a packet.
TEST_F(Ipv6Pipeline, ErrorOfAGuestQuotesItsEip) {
  constexpr std::uint8_t kPrivateError = 100;
  for (const std::uint8_t type : {wire::kIcmp6Unreachable, kPrivateError}) {
    const Sent sent = sent_for(kVm3.port, from_vm(kVm3, kGatewayMac)
                                              .ipv6({.source = W6::kVm3Ip, .destination = W6::kClient})
                                              .icmp6({.type = type, .code = 4})
                                              .ipv6({.source = W6::kClient, .destination = W6::kVm3Ip})
                                              .udp({.source_port = 9, .destination_port = 53})
                                              .payload("question")
                                              .build());
    const Frame expected = PacketBuilder()
                               .ethernet({.destination = W::kRouterMac, .source = W::kUplinkMac})
                               .ipv6({.source = W6::kVm3Eip, .destination = W6::kClient, .hop_limit = 63})
                               .icmp6({.type = type, .code = 4})
                               .ipv6({.source = W6::kClient, .destination = W6::kVm3Eip})
                               .udp({.source_port = 9, .destination_port = 53})
                               .payload("question")
                               .build();
    EXPECT_EQ(sent, (Sent{"uplink", expected})) << int{type};
  }
}

TEST_F(Ipv6Pipeline, DestinationsThatNobodyRoutesAreDropped) {
  const Ipv6 loopback = Ipv6::from_groups({0, 0, 0, 0, 0, 0, 0, 1});
  const Ipv6 mapped = Ipv6::from_groups({0, 0, 0, 0, 0, 0xffff, 0xc000, 0x020a});
  for (const Ipv6& address : {Ipv6(), loopback, mapped})
    expect_drop(DropReason::unroutable, kVm3, datagram6(kVm3, W6::kVm3Ip, address));
}

TEST_F(Ipv6Pipeline, UplinkWithoutIpv6CarriesNone) {
  ASSERT_TRUE(vswitch.service().remove_uplink());
  vswitch.settle();
  ASSERT_TRUE(vswitch.service().set_uplink({.device = vswitch.next_device(),
                                            .mac = W::kUplinkMac,
                                            .addresses = {{W::kUplinkIp, 24}},
                                            .gateway = W::kRouterIp}));
  vswitch.settle();
  expect_drop(DropReason::no_uplink, kVm3, datagram6(kVm3, W6::kVm3Ip, W6::kClient));
}

// --- extension headers

TEST_F(Ipv6Pipeline, ExtensionsOutOfPlaceAreDropped) {
  const auto to_vm3 = [] {
    return from_vm(kVm1, kVm3.mac).ipv6({.source = W6::kVm1Ip, .destination = W6::kVm3Ip});
  };
  expect_drop(DropReason::ipv6_bad_extensions, kVm1,
              to_vm3().ipv6_extension({.type = 60}).ipv6_extension({.type = 0}).udp({}).build());
  expect_drop(DropReason::ipv6_bad_extensions, kVm1,
              to_vm3().ipv6_fragment({}).ipv6_fragment({}).udp({}).build());
  expect_drop(DropReason::ipv6_bad_extensions, kVm1,
              to_vm3().ipv6_extension({.type = 60, .length = 9}).udp({}).build());
  expect_drop(DropReason::truncated, kVm1,
              from_vm(kVm1, kVm3.mac)
                  .ipv6({.source = W6::kVm1Ip, .destination = W6::kVm3Ip, .next_header = 60})
                  .counting_payload(7)
                  .build());
  EXPECT_EQ(sent_for(kVm1.port, to_vm3().ipv6_fragment({}).udp({}).build()).port, "vm3-eth0");
}

// Its upper-layer header in the next fragment could be a router advertisement (RFC 7112, RFC 7113).
TEST_F(Ipv6Pipeline, FirstFragmentHasAllHeaders) {
  const auto first = [](std::uint8_t next_header, std::size_t payload) {
    return from_vm(kVm1, Mac::of_multicast(Ipv6::all_nodes()))
        .ipv6({.source = link_local_of(kVm1.mac), .destination = Ipv6::all_nodes(), .hop_limit = 255})
        .ipv6_fragment({.more_fragments = true})
        .ipv6_extension({.type = 60, .next_header = next_header})
        .counting_payload(payload)
        .build();
  };
  for (const std::size_t payload : {0, 7})
    expect_drop(DropReason::ipv6_bad_extensions, kVm1, first(wire::kProtoIcmp6, payload));
  expect_drop(DropReason::ipv6_bad_extensions, kVm1, first(wire::kProtoUdp, 0));
  EXPECT_EQ(inject(kVm1, first(wire::kProtoUdp, 8)).size(), 2u);
}

TEST_F(Ipv6Pipeline, QuotedExtensionsAreWalkedToTheTransport) {
  const auto error = [](const Mac& to, const Mac& from, const Ipv6& destination, std::uint8_t hops,
                        const Ipv6& quoted) {
    return PacketBuilder()
        .ethernet({.destination = to, .source = from})
        .ipv6({.source = W6::kRouterIp, .destination = destination, .hop_limit = hops})
        .icmp6({.type = wire::kIcmp6TimeExceeded})
        .ipv6({.source = quoted, .destination = W6::kClient})
        .ipv6_extension({.type = 60, .size = 16})
        .tcp({.source_port = 9, .destination_port = 80})
        .build();
  };
  EXPECT_EQ(sent_for(kUplink, error(W::kUplinkMac, W::kRouterMac, W6::kVm3Eip, 64, W6::kVm3Eip)),
            (Sent{"vm3-eth0", error(kVm3.mac, kGatewayMac, W6::kVm3Ip, 63, W6::kVm3Ip)}));
}

}  // namespace
}  // namespace vipswitch::testing
