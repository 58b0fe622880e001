// Adverts of VRRP over IPv6: what they claim, who hears them, and who may send them.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;
using W6 = ShopWorld6;

// Beside front (vm1, vm2) there is back6 (vm1, vm3).
class SnoopVrrp6 : public Shop6Test {
 protected:
  static constexpr Ipv6 kBack = v6(0x77, 0x101);

  SnoopVrrp6() {
    hand_over_at_once();
    model::Havip back{"back6", "web", {}, kBack, {std::string(kVm1.port), std::string(kVm3.port)}};
    back.handover = Handover::kAtOnce;
    EXPECT_TRUE(vswitch.service().add(back));
    vswitch.settle();
  }
};

TEST_F(SnoopVrrp6, AdvertClaimsAndIsHeardByTheMembersOnly) {
  EXPECT_THAT(receivers(kVm1, advert6(kVm1)), ElementsAre("vm2-eth0"));
  EXPECT_EQ(owner6(), kVm1.port);
  EXPECT_EQ(vswitch.owner("front"), "") << "each family has its own election";
  EXPECT_THAT(receivers(kVm3, advert6(kVm3, 100, {kBack})), ElementsAre("vm1-eth0"));
  EXPECT_EQ(vswitch.owner("back6", Family::kIpv6), kVm3.port);
}

TEST_F(SnoopVrrp6, AdvertOfSeveralHavipsGoesToEachMemberOnce) {
  EXPECT_THAT(receivers(kVm1, advert6(kVm1, 150, {W6::kFront, kBack})),
              UnorderedElementsAre("vm2-eth0", "vm3-eth0"));
  EXPECT_EQ(owner6(), kVm1.port);
  EXPECT_EQ(vswitch.owner("back6", Family::kIpv6), kVm1.port);
}

TEST_F(SnoopVrrp6, HigherPriorityWinsAndItsResignationReleases) {
  inject(kVm2, advert6(kVm2, 100));
  inject(kVm1, advert6(kVm1, 150));
  EXPECT_EQ(owner6(), kVm1.port);
  EXPECT_THAT(receivers(kVm1, advert6(kVm1, 0)), ElementsAre("vm2-eth0"));
  EXPECT_EQ(owner6(), "");
  inject(kVm2, advert6(kVm2, 100));
  EXPECT_EQ(owner6(), kVm2.port);
}

// Over IPv6 it is the interface identifier that decides between equal priorities.
TEST_F(SnoopVrrp6, LargerLinkLocalAddressWinsBetweenEqualPriorities) {
  ASSERT_LT(kVm1.mac, kVm2.mac);
  inject(kVm2, advert6(kVm2, 100));
  inject(kVm1, advert6(kVm1, 100));
  EXPECT_EQ(owner6(), kVm2.port);
}

TEST_F(SnoopVrrp6, HavipThatItsGroupNoLongerListsIsWithdrawn) {
  inject(kVm1, advert6(kVm1, 150, {W6::kFront, kBack}));
  inject(kVm1, advert6(kVm1, 150, {kBack}));
  EXPECT_EQ(owner6(), "");
  EXPECT_EQ(vswitch.owner("back6", Family::kIpv6), kVm1.port);
}

// Excluded addresses alone: members of both families hear it.
TEST_F(SnoopVrrp6, AdvertWithoutAddressesGoesToWhoSharesAHavip) {
  EXPECT_THAT(receivers(kVm1, advert6(kVm1, {.vrid = kVrid}, advert6_header(kVm1))),
              UnorderedElementsAre("vm2-eth0", "vm3-eth0"));
  EXPECT_EQ(owner6(), "");
}

TEST_F(SnoopVrrp6, EthernetSourceOfTheAdvertIsTheDeliveryMac) {
  const Vm as_group{kVm1.port, Mac::vrrp_ipv6(kVrid), kVm1.ip};
  const Frame frame = from_vm(as_group, Mac::of_multicast(kVrrpGroup6))
                          .ipv6(advert6_header(kVm1))
                          .vrrp3({.vrid = kVrid, .addresses6 = {W6::kFront}})
                          .build();
  EXPECT_THAT(receivers(kVm1, frame), ElementsAre("vm2-eth0"));
  EXPECT_EQ(sent_for(kVm3.port, datagram6(kVm3, W6::kVm3Ip, W6::kFront, kVm2.mac)),
            (Sent{"vm1-eth0", datagram6(kVm3, W6::kVm3Ip, W6::kFront, as_group.mac)}));
}

// The virtual MAC of IPv4 is none of IPv6 (RFC 9568 7.3).
TEST_F(SnoopVrrp6, VirtualMacOfTheOtherFamilyIsSpoofed) {
  const Vm as_group{kVm1.port, Mac::vrrp_ipv4(kVrid), kVm1.ip};
  const Frame frame = from_vm(as_group, Mac::of_multicast(kVrrpGroup6))
                          .ipv6(advert6_header(kVm1))
                          .vrrp3({.vrid = kVrid, .addresses6 = {W6::kFront}})
                          .build();
  expect_drop(DropReason::spoofed_mac, kVm1, frame);
  EXPECT_EQ(owner6(), "");
}

TEST_F(SnoopVrrp6, AdvertOfAnUnboundPortIsDropped) {
  expect_drop(DropReason::claim_unbound, kVm3, advert6(kVm3, 255, {W6::kFront}));
  EXPECT_EQ(owner6(), "");
}

TEST_F(SnoopVrrp6, UnboundPortCannotHideAnAdvertBehindAnExtensionHeader) {
  ASSERT_TRUE(vswitch.service().unbind_havip("back6", kVm3.port));
  vswitch.settle();
  const auto hidden = [](const Vm& vm) {
    return from_vm(vm, Mac::of_multicast(kVrrpGroup6))
        .ipv6(advert6_header(vm))
        .ipv6_extension({})
        .vrrp3({.vrid = kVrid, .priority = 255, .addresses6 = {W6::kFront}})
        .build();
  };
  expect_drop(DropReason::claim_unbound, kVm3, hidden(kVm3));
  EXPECT_THAT(receivers(kVm1, hidden(kVm1)), UnorderedElementsAre("vm2-eth0", "vm3-eth0"))
      << "the guests judge those of members";
  EXPECT_EQ(owner6(), "");
}

TEST_F(SnoopVrrp6, AdvertFromTheHavipItselfIsSpoofed) {
  expect_drop(DropReason::vrrp_src_spoof, kVm1,
              advert6(kVm1, {.vrid = kVrid, .addresses6 = {W6::kFront}}, vrrp_ipv6(W6::kFront)));
}

TEST_F(SnoopVrrp6, AdvertFromAnotherPortsLinkLocalAddressIsSpoofed) {
  expect_drop(DropReason::spoofed_ip, kVm1,
              advert6(kVm1, {.vrid = kVrid, .addresses6 = {W6::kFront}}, advert6_header(kVm2)));
}

// FRR: both routers use the link-local address of the virtual MAC (case 30).
TEST_F(SnoopVrrp6, BothMayUseTheLinkLocalAddressOfTheVirtualMac) {
  const auto frame = [](const Vm& vm) {
    return from_vm({vm.port, Mac::vrrp_ipv6(kVrid), vm.ip}, Mac::of_multicast(kVrrpGroup6))
        .ipv6(vrrp_ipv6(link_local_of(Mac::vrrp_ipv6(kVrid))))
        .vrrp3({.vrid = kVrid, .addresses6 = {W6::kFront}})
        .build();
  };
  for (int round = 0; round < 3; ++round) {
    inject(kVm1, frame(kVm1));
    inject(kVm2, frame(kVm2));
    EXPECT_EQ(owner6(), kVm2.port) << "the larger port id, without flapping";
  }
  EXPECT_EQ(vswitch.learned(LearnCounter::owner_changes), 2u);
}

TEST_F(SnoopVrrp6, UnicastAdvertClaimsAndIsSteeredToItsPeer) {
  const Frame frame = from_vm(kVm1, kVm2.mac)
                          .ipv6(vrrp_ipv6(link_local_of(kVm1.mac), link_local_of(kVm2.mac)))
                          .vrrp3({.vrid = kVrid, .addresses6 = {W6::kFront}})
                          .build();
  EXPECT_THAT(receivers(kVm1, frame), ElementsAre("vm2-eth0"));
  EXPECT_EQ(owner6(), kVm1.port);
}

TEST_F(SnoopVrrp6, WrongChecksumClaimsNothing) {
  inject(kVm1, advert6(kVm1));
  inject(kVm1,
         advert6(kVm1,
                 {.vrid = kVrid, .priority = 0, .addresses6 = {W6::kFront}, .checksum = VrrpChecksum::kPlain},
                 advert6_header(kVm1)));
  EXPECT_EQ(owner6(), kVm1.port);
}

}  // namespace
}  // namespace vipswitch::testing
