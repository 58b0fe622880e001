// Frames that try to get a claim or a foreign address past the guard and the snoop stage.

#include "tests/stage/shop.h"

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

TEST_F(Evasion, LinkLocalDestinationDoesNotLeaveTheVpc) {
  expect_drop(DropReason::unroutable, kVm3, datagram(kVm3, kVm3.ip, {169, 254, 169, 254}));
}

}  // namespace
}  // namespace vipswitch::testing
