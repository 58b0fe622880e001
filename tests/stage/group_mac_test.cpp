// Frames to the virtual MAC of a VRRP group: whoever owns it is the router of those that send them (owner
// learning 5.4, RFC 9568 7.3).

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using W = ShopWorld;
using W6 = ShopWorld6;

constexpr Ipv4 kElsewhere{192, 0, 2, 77};
constexpr Mac kGroupMac = Mac::vrrp_ipv4(kVrid);

// The VM speaks with its group's virtual MAC.
Vm as_group(const Vm& vm) {
  return {vm.port, kGroupMac, vm.ip};
}

class GroupMac : public Shop6Test {
 protected:
  GroupMac() {
    hand_over_at_once();
    inject(kVm1, advert(as_group(kVm1), 150));
  }
};

TEST_F(GroupMac, OwnerOfTheGroupIsTheRouter) {
  const Frame frame = datagram(kVm3, kVm3.ip, kElsewhere, kGroupMac);
  EXPECT_THAT(inject(kVm3, frame), ElementsAre(Sent{"vm1-eth0", frame}));
  vswitch.advance_to(4'000);
  inject(kVm2, advert(as_group(kVm2), 100));
  EXPECT_THAT(inject(kVm3, frame), ElementsAre(Sent{"vm2-eth0", frame}));
}

TEST_F(GroupMac, RouterTakesWhatIsForOtherVmsToo) {
  const Frame frame = datagram(kVm3, kVm3.ip, kDb1.ip, kGroupMac);
  EXPECT_THAT(inject(kVm3, frame), ElementsAre(Sent{"vm1-eth0", frame}));
}

TEST_F(GroupMac, HavipItselfIsSteeredByItsAddress) {
  ASSERT_TRUE(vswitch.service().add(model::Havip{
      "back", "web", Ipv4(10, 77, 0, 101), {}, {std::string(kVm2.port), std::string(kVm3.port)}}));
  vswitch.settle();
  inject(kVm2, announcement(kVm2, Ipv4(10, 77, 0, 101)));
  EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, Ipv4(10, 77, 0, 101), kGroupMac)),
              ElementsAre(Sent{"vm2-eth0", datagram(kVm3, kVm3.ip, Ipv4(10, 77, 0, 101), kVm2.mac)}));
}

TEST_F(GroupMac, ReleasedGroupHasNoRouter) {
  inject(kVm1, advert(as_group(kVm1), 0));
  expect_drop(DropReason::havip_no_owner, kVm3, datagram(kVm3, kVm3.ip, kElsewhere, kGroupMac));
}

TEST_F(GroupMac, OwnerThatUsesItsOwnMacIsNoRouter) {
  inject(kVm1, advert(kVm1, 150));
  expect_drop(DropReason::unknown_mac, kVm3, datagram(kVm3, kVm3.ip, kElsewhere, kGroupMac));
}

TEST_F(GroupMac, GroupsThatNobodySpeaksForAreUnknown) {
  for (const Mac& mac : {Mac::vrrp_ipv4(kVrid + 1), Mac::vrrp_ipv6(kVrid)})
    expect_drop(DropReason::unknown_mac, kVm3, datagram(kVm3, kVm3.ip, kElsewhere, mac));
}

TEST_F(GroupMac, MeansNothingInAnotherSubnet) {
  expect_drop(DropReason::unknown_mac, kDb1, datagram(kDb1, kDb1.ip, kElsewhere, kGroupMac));
}

TEST_F(GroupMac, GroupWhoseHavipWasRemovedIsUnknown) {
  ASSERT_TRUE(vswitch.service().unbind_eip("front-public"));
  ASSERT_TRUE(vswitch.service().unbind_eip("front-public6"));
  for (const Vm& vm : {kVm1, kVm2}) ASSERT_TRUE(vswitch.service().unbind_havip("front", vm.port));
  ASSERT_TRUE(vswitch.service().remove_havip("front"));
  vswitch.settle();
  expect_drop(DropReason::unknown_mac, kVm3, datagram(kVm3, kVm3.ip, kElsewhere, kGroupMac));
}

// keepalived with a virtual MAC announces excluded addresses of the other family from it, too.
TEST_F(GroupMac, AddressOfTheOtherFamilyMayBeAnnouncedFromIt) {
  inject(kVm1, announcement6(as_group(kVm1), W6::kVm1Ip));
  EXPECT_EQ(owner6(), kVm1.port);
  expect_drop(DropReason::spoofed_mac, kVm2, announcement6(as_group(kVm2), W6::kVm2Ip));
}

TEST_F(GroupMac, NewOwnerSpeaksFromItBeforeDataFollows) {
  ASSERT_TRUE(vswitch.service().set_havip_handover("front", Handover::kAnnounced));
  vswitch.settle();
  inject(kVm2, advert(as_group(kVm2), 200));
  ASSERT_EQ(vswitch.owner("front"), kVm1.port) << "the data stays for a moment";
  EXPECT_THAT(inject(kVm2, from_vm(as_group(kVm2), kVm3.mac)
                               .ipv4({.source = kVm2.ip, .destination = kVm3.ip})
                               .udp({.source_port = 1, .destination_port = 2})
                               .build()),
              ::testing::SizeIs(1));
  vswitch.advance_to(20);
  vswitch.take_sent();
}

TEST_F(GroupMac, GroupThatWasSilentForItsDeadTimeIsNobodysMac) {
  vswitch.advance_to(4'001);
  inject(kVm2, advert(as_group(kVm2), 100));
  expect_drop(DropReason::spoofed_mac, kVm1,
              from_vm(as_group(kVm1), kVm3.mac)
                  .ipv4({.source = kVm1.ip, .destination = kVm3.ip})
                  .udp({.source_port = 1, .destination_port = 2})
                  .build());
}

TEST_F(GroupMac, OfIpv6) {
  const Vm speaker{kVm2.port, Mac::vrrp_ipv6(kVrid), kVm2.ip};
  const Ipv6Fields header = vrrp_ipv6(link_local_of(kVm2.mac));
  inject(kVm2, advert6(speaker, {.vrid = kVrid, .priority = 150, .addresses6 = {W6::kFront}}, header));
  ASSERT_EQ(owner6(), kVm2.port);
  const Frame frame =
      datagram6(kVm3, W6::kVm3Ip, Ipv6::from_groups({0x2001, 0xdb8, 9, 0, 0, 0, 0, 1}), speaker.mac);
  EXPECT_THAT(inject(kVm3, frame), ElementsAre(Sent{"vm2-eth0", frame}));
}

}  // namespace
}  // namespace vipswitch::testing
