// Frames that try to get a claim or a foreign address past the guard and the snoop stage.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
constexpr std::uint16_t kServiceTag = 0x88a8;

// vm3 is not bound to front.
class Evasion : public ShopTest {};

TEST_F(Evasion, SecondPriorityTagIsReadToo) {
  expect_drop(
      DropReason::claim_unbound, kVm3,
      from_vm(kVm3, Mac::broadcast()).vlan({}).vlan({}).gratuitous_arp_request(kVm3.mac, W::kFront).build());
}

TEST_F(Evasion, PriorityTagOfServiceVlanIsReadToo) {
  expect_drop(DropReason::spoofed_ip, kVm3,
              from_vm(kVm3, kVm2.mac)
                  .vlan({.tag_type = kServiceTag})
                  .ipv4({.source = {10, 77, 0, 50}, .destination = kVm2.ip})
                  .udp({})
                  .build());
}

TEST_F(Evasion, MorePriorityTagsThanAreReadAreDropped) {
  expect_drop(DropReason::vlan_tagged, kVm3,
              from_vm(kVm3, Mac::broadcast())
                  .vlan({})
                  .vlan({})
                  .vlan({})
                  .gratuitous_arp_request(kVm3.mac, W::kFront)
                  .build());
}

TEST_F(Evasion, FragmentOfAdvertFromUnboundPortReachesNobody) {
  elect(kVm1);
  Ipv4Fields fragment = vrrp_ipv4(kVm3.ip);
  fragment.more_fragments = true;
  expect_drop(DropReason::claim_unbound, kVm3,
              from_vm(kVm3, kVrrpGroupMac)
                  .ipv4(fragment)
                  .vrrp2({.vrid = kVrid, .priority = 255, .addresses = {W::kFront}})
                  .build());
}

// What a device pads a frame with is no header: this datagram is too short for the ports that DHCP needs.
TEST_F(Evasion, PaddingIsNoHeader) {
  const auto udp_of_dhcp = {std::uint8_t{0}, std::uint8_t{68}, std::uint8_t{0}, std::uint8_t{67}};
  Frame frame = from_vm(kVm3, Mac::broadcast())
                    .ipv4({.source = {}, .destination = Ipv4::broadcast(), .protocol = wire::kProtoUdp})
                    .build();
  frame.insert(frame.end(), udp_of_dhcp);
  frame.resize(60);
  expect_drop(DropReason::spoofed_ip, kVm3, frame);
}

// RFC 791: the "ping of death".
TEST_F(Evasion, FragmentsBeyondTheLongestPacketAreDropped) {
  const auto fragment_at = [](std::uint16_t offset, std::size_t size) {
    return from_vm(kVm3, kVm2.mac)
        .ipv4({.source = kVm3.ip, .destination = kVm2.ip, .fragment_offset = offset, .protocol = 17})
        .counting_payload(size)
        .build();
  };
  EXPECT_EQ(inject(kVm3, fragment_at(65'496, 19)).size(), 1u);  // ends at 65535, header included
  expect_drop(DropReason::ipv4_bad_total_length, kVm3, fragment_at(65'496, 20));
  expect_drop(DropReason::ipv4_bad_total_length, kVm3, fragment_at(65'528, 8));
}

TEST_F(Shop6Test, FragmentsOfIpv6BeyondTheLongestPayloadAreDropped) {
  const auto fragment_at = [](std::uint16_t offset, std::size_t size) {
    return from_vm(kVm3, kVm1.mac)
        .ipv6({.source = ShopWorld6::kVm3Ip, .destination = ShopWorld6::kVm1Ip})
        .ipv6_fragment({.offset = offset, .next_header = 17})
        .counting_payload(size)
        .build();
  };
  EXPECT_EQ(inject(kVm3, fragment_at(65'528, 7)).size(), 1u);  // ends at 65535
  expect_drop(DropReason::ipv6_bad_length, kVm3, fragment_at(65'528, 8));
}

TEST_F(Evasion, LinkLocalDestinationDoesNotLeaveTheVpc) {
  expect_drop(DropReason::unroutable, kVm3, datagram(kVm3, kVm3.ip, {169, 254, 169, 254}));
}

}  // namespace
}  // namespace vipswitch::testing
