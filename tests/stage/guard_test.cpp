// A port may speak only as itself and as the HAVIPs bound to it.

#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using W = ShopWorld;

constexpr Ipv4 kNobody{10, 77, 0, 50};
constexpr Vm kVm1AsGroup{kVm1.port, Mac::vrrp_ipv4(kVrid), kVm1.ip};

using Guard = ShopTest;

TEST_F(Guard, OwnAddressPasses) {
  const Frame frame = datagram(kVm1, kVm1.ip, kVm2.ip, kVm2.mac);
  EXPECT_THAT(inject(kVm1, frame), ElementsAre(Sent{"vm2-eth0", frame}));
}

TEST_F(Guard, BoundHavipPassesInsideTheSubnetEvenFromANonOwner) {
  elect(kVm1);
  const Frame frame = datagram(kVm2, W::kFront, kVm3.ip, kVm3.mac);
  EXPECT_THAT(inject(kVm2, frame), ElementsAre(Sent{"vm3-eth0", frame}));
}

TEST_F(Guard, DataFromHavipOfOthersIsDropped) {
  expect_drop(DropReason::claim_unbound, kVm3, datagram(kVm3, W::kFront, kVm1.ip, kVm1.mac));
}

TEST_F(Guard, AddressOfAnotherPortOrTheGatewayIsDropped) {
  expect_drop(DropReason::spoofed_ip, kVm3, datagram(kVm3, kVm1.ip, kVm2.ip, kVm2.mac));
  expect_drop(DropReason::spoofed_ip, kVm3, datagram(kVm3, W::kWebGateway, kVm2.ip, kVm2.mac));
}

TEST_F(Guard, UnbindingTakesTheAddressAway) {
  elect(kVm1);
  ASSERT_TRUE(vswitch.service().unbind_havip("front", kVm1.port));
  expect_drop(DropReason::claim_unbound, kVm1, datagram(kVm1, W::kFront, kVm3.ip, kVm3.mac));
  expect_drop(DropReason::claim_unbound, kVm1, advert(kVm1));
  vswitch.settle();
  EXPECT_EQ(vswitch.owner("front"), "");
}

// Where the switch is no DHCP server itself.
TEST_F(Guard, DhcpFromNoAddressIsFlooded) {
  ASSERT_TRUE(vswitch.service().set_subnet("web", {.dhcp = std::optional<model::Dhcp>()}));
  const auto dhcp = [](std::uint16_t source_port, std::uint16_t destination_port) {
    return from_vm(kVm1, Mac::broadcast())
        .ipv4({.source = {}, .destination = Ipv4::broadcast()})
        .udp({.source_port = source_port, .destination_port = destination_port})
        .build();
  };
  EXPECT_THAT(inject(kVm1, dhcp(68, 67)), SizeIs(2));
  expect_drop(DropReason::spoofed_ip, kVm1, dhcp(68, 53));
  expect_drop(DropReason::spoofed_ip, kVm1, dhcp(53, 67));
}

TEST_F(Guard, IgmpFromNoAddressIsFlooded) {
  constexpr std::uint8_t kIgmp = 2;
  const Frame report = from_vm(kVm1, {0x01, 0, 0x5e, 0, 0, 0x16})
                           .ipv4({.source = {}, .destination = {224, 0, 0, 22}, .ttl = 1, .protocol = kIgmp})
                           .counting_payload(8)
                           .build();
  EXPECT_THAT(inject(kVm1, report), SizeIs(2));
}

TEST_F(Guard, ArpForAnAddressThatIsNotThePortsIsDroppedInEveryForm) {
  const auto with_sender = [](Ipv4 sender) {
    const Mac& mac = kVm3.mac;
    return std::vector<Frame>{
        from_vm(kVm3, Mac::broadcast()).arp_request(mac, sender, kVm2.ip).build(),
        from_vm(kVm3, kVm2.mac).arp_reply(mac, sender, kVm2.mac, kVm2.ip).build(),
        from_vm(kVm3, Mac::broadcast()).gratuitous_arp_request(mac, sender).build(),
        from_vm(kVm3, Mac::broadcast()).gratuitous_arp_reply(mac, sender).build(),
    };
  };
  for (const Frame& frame : with_sender(kNobody)) expect_drop(DropReason::spoofed_arp, kVm3, frame);
  for (const Frame& frame : with_sender(W::kFront)) expect_drop(DropReason::claim_unbound, kVm3, frame);
  for (const Frame& frame : with_sender(kVm1.ip)) expect_drop(DropReason::claim_foreign, kVm3, frame);
  for (const Frame& frame : with_sender(W::kWebGateway)) {
    expect_drop(DropReason::claim_gateway, kVm3, frame);
  }
}

TEST_F(Guard, ArpWithTheSenderMacOfAnotherIsDropped) {
  expect_drop(DropReason::spoofed_arp, kVm1,
              from_vm(kVm1, Mac::broadcast()).arp_request(kVm2.mac, kVm1.ip, kVm3.ip).build());
}

TEST_F(Guard, MalformedArpIsDropped) {
  const ArpFields good{.sender_mac = kVm1.mac, .sender_ip = kVm1.ip, .target_ip = kVm2.ip};
  std::vector<ArpFields> bad(6, good);
  bad[0].hardware_type = 6;
  bad[1].protocol_type = 0x86dd;
  bad[2].hardware_length = 8;
  bad[3].protocol_length = 16;
  bad[4].operation = 3;
  bad[5].sender_mac = {};
  for (const ArpFields& fields : bad) {
    expect_drop(DropReason::arp_bad, kVm1, from_vm(kVm1, Mac::broadcast()).arp(fields).build());
  }
}

TEST_F(Guard, VirtualMacPassesInTheAdvertOfItsGroup) {
  inject(kVm1, advert(kVm1AsGroup));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(Guard, VirtualMacOfAnotherGroupIsSpoofed) {
  expect_drop(DropReason::spoofed_mac, kVm1, advert({kVm1.port, Mac::vrrp_ipv4(kVrid + 1), kVm1.ip}));
}

TEST_F(Guard, VirtualMacOfIpv6IsSpoofed) {
  expect_drop(DropReason::spoofed_mac, kVm1, advert({kVm1.port, Mac::vrrp_ipv6(kVrid), kVm1.ip}));
}

TEST_F(Guard, VirtualMacFromAPortWithoutHavipIsSpoofed) {
  expect_drop(DropReason::spoofed_mac, kVm3, advert({kVm3.port, Mac::vrrp_ipv4(kVrid), kVm3.ip}, 150, {}));
}

TEST_F(Guard, VirtualMacPassesInAnAnnouncementOfABoundHavip) {
  EXPECT_THAT(inject(kVm1, announcement(kVm1AsGroup)), SizeIs(2));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(Guard, VirtualMacInAnAnnouncementOfThePortsOwnAddressIsSpoofed) {
  expect_drop(DropReason::spoofed_mac, kVm1, announcement(kVm1AsGroup, kVm1.ip));
}

// VPP: the NIC's MAC outside, the virtual MAC inside.
TEST_F(Guard, VirtualMacPassesAsSenderMacBehindThePortsOwn) {
  inject(kVm1,
         from_vm(kVm1, Mac::broadcast()).gratuitous_arp_request(Mac::vrrp_ipv4(kVrid), W::kFront).build());
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(Guard, DataFromVirtualMacPassesOnlyOnceItsClaimWasHeard) {
  const Frame data = datagram(kVm1AsGroup, W::kFront, kVm3.ip, kVm3.mac);
  expect_drop(DropReason::spoofed_mac, kVm1, data);
  inject(kVm1, advert(kVm1AsGroup));
  EXPECT_THAT(inject(kVm1, data), ElementsAre(Sent{"vm3-eth0", data}));
}

// It has adverted from it lately and answers what it got; four intervals later it speaks for the group no
// more.
TEST_F(Guard, DataFromVirtualMacIsSpoofedOnceAnotherOwnsAndItsAdvertsAreOver) {
  inject(kVm1, advert(kVm1AsGroup, 100));
  elect(kVm2, 150);
  EXPECT_THAT(inject(kVm1, datagram(kVm1AsGroup, kVm1.ip, kVm3.ip, kVm3.mac)), SizeIs(1));
  vswitch.advance_to(4'001);
  expect_drop(DropReason::spoofed_mac, kVm1, datagram(kVm1AsGroup, W::kFront, kVm3.ip, kVm3.mac));
}

TEST_F(Guard, UplinkTakesWhatIsForItsMac) {
  EXPECT_THAT(inject(kUplink, datagram_from_internet(W::kVm3Eip)), SizeIs(1));
}

TEST_F(Guard, UplinkTakesBroadcasts) {
  EXPECT_THAT(inject(kUplink, PacketBuilder()
                                  .ethernet({.destination = Mac::broadcast(), .source = W::kRouterMac})
                                  .arp_request(W::kRouterMac, W::kRouterIp, W::kUplinkIp)
                                  .build()),
              SizeIs(1));
}

// RFC 1812 5.3.4: what came by broadcast is not forwarded.
TEST_F(Guard, EipInABroadcastOfTheUplinkIsDropped) {
  const auto to = [](const Mac& destination, Ipv4 address) {
    return PacketBuilder()
        .ethernet({.destination = destination, .source = W::kRouterMac})
        .ipv4({.source = W::kClient, .destination = address})
        .icmp_echo_request(1, 1)
        .build();
  };
  for (const Mac& mac : {Mac::broadcast(), kVrrpGroupMac}) {
    expect_drop(DropReason::foreign_mac, kUplink, to(mac, W::kVm3Eip));
    expect_drop(DropReason::foreign_mac, kUplink, to(mac, W::kUplinkIp));
  }
}

TEST_F(Guard, UnicastOfOthersOnTheUplinkIsDroppedWhateverItIs) {
  const auto to_other = [] {
    return PacketBuilder().ethernet({.destination = kVm1.mac, .source = W::kRouterMac});
  };
  expect_drop(DropReason::foreign_mac, kUplink,
              to_other().arp_request(W::kRouterMac, W::kRouterIp, W::kUplinkIp).build());
  expect_drop(
      DropReason::foreign_mac, kUplink,
      to_other().ipv4({.source = W::kClient, .destination = W::kVm3Eip}).icmp_echo_request(1, 1).build());
}

}  // namespace
}  // namespace vipswitch::testing
