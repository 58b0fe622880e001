// Who hears an advert, and what it claims. The fields of an advert are tested with owner/vrrp.

#include "control/publish/registry.h"
#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using W = ShopWorld;

constexpr Ipv4 kPlain{10, 77, 0, 50};  // an address of the tenant's that is no HAVIP

// Beside front (vm1, vm2) there is back (vm1, vm3).
class SnoopVrrp : public ShopTest {
 protected:
  static constexpr Ipv4 kBack{10, 77, 0, 101};

  SnoopVrrp() {
    hand_over_at_once();
    model::Havip back{"back", "web", kBack, {}, {std::string(kVm1.port), std::string(kVm3.port)}};
    back.handover = Handover::kAtOnce;
    EXPECT_TRUE(vswitch.service().add(back));
    vswitch.settle();
  }
};

TEST_F(SnoopVrrp, AdvertGoesToTheMembersOfItsHavipOnly) {
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 150, {W::kFront})), ElementsAre("vm2-eth0"));
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 150, {kBack})), ElementsAre("vm3-eth0"));
  EXPECT_THAT(receivers(kVm3, advert(kVm3, 150, {kBack})), ElementsAre("vm1-eth0"));
}

TEST_F(SnoopVrrp, AdvertOfSeveralHavipsGoesToEachMemberOnce) {
  ASSERT_TRUE(vswitch.service().bind_havip("back", kVm2.port));
  vswitch.settle();
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 150, {W::kFront, kBack})),
              UnorderedElementsAre("vm2-eth0", "vm3-eth0"));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(vswitch.owner("back"), kVm1.port);
}

// keepalived with nothing but excluded addresses: its peers must hear it all the same.
TEST_F(SnoopVrrp, AdvertWithoutAddressesGoesToWhoSharesAHavip) {
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 150, {})), UnorderedElementsAre("vm2-eth0", "vm3-eth0"));
  EXPECT_THAT(receivers(kVm2, advert(kVm2, 150, {})), ElementsAre("vm1-eth0"));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(SnoopVrrp, OtherGroupOfTheTenantsIsOrdinaryMulticast) {
  EXPECT_THAT(receivers(kVm2, advert(kVm2, 150, {kPlain})), UnorderedElementsAre("vm1-eth0", "vm3-eth0"));
  ASSERT_TRUE(vswitch.service().unbind_havip("back", kVm3.port));
  EXPECT_THAT(receivers(kVm3, advert(kVm3, 150, {kPlain})), UnorderedElementsAre("vm1-eth0", "vm2-eth0"));
}

TEST_F(SnoopVrrp, HavipWithOneMemberHasNoReceiver) {
  ASSERT_TRUE(vswitch.service().unbind_havip("front", kVm2.port));
  vswitch.settle();
  expect_drop(DropReason::no_receiver, kVm1, advert(kVm1, 150, {W::kFront}));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(SnoopVrrp, AdvertOfAnUnboundPortIsDropped) {
  expect_drop(DropReason::claim_unbound, kVm3, advert(kVm3, 255, {W::kFront}));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(SnoopVrrp, HavipOfOthersInTheListIsSkipped) {
  EXPECT_THAT(receivers(kVm2, advert(kVm2, 150, {kBack, W::kFront})), ElementsAre("vm1-eth0"));
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
  EXPECT_EQ(vswitch.owner("back"), "");
}

TEST_F(SnoopVrrp, ResignationReleases) {
  elect(kVm1);
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 0)), ElementsAre("vm2-eth0"));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(SnoopVrrp, HavipThatItsGroupNoLongerListsIsWithdrawn) {
  inject(kVm1, advert(kVm1, 150, {W::kFront, kBack}));
  inject(kVm1, advert(kVm1, 150, {kBack}));
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_EQ(vswitch.owner("back"), kVm1.port);
}

TEST_F(SnoopVrrp, HavipIsWithdrawnWhenItsGroupListsOtherAddressesOnly) {
  elect(kVm1);
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 150, {kPlain})), SizeIs(2));
  EXPECT_EQ(vswitch.owner("front"), "");
}

TEST_F(SnoopVrrp, AdvertWithoutAddressesWithdrawsNothing) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, 150, {}));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(SnoopVrrp, AnotherGroupOfThePortWithdrawsNothing) {
  elect(kVm1);
  inject(kVm1, advert(kVm1, {.vrid = kVrid + 1, .priority = 150, .addresses = {kBack}}));
  inject(kVm1, advert(kVm1, {.vrid = kVrid + 2, .priority = 150, .addresses = {kPlain}}));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(vswitch.owner("back"), kVm1.port);
}

TEST_F(SnoopVrrp, AdvertOfOtherAddressesLeavesAnAnnouncementAlone) {
  inject(kVm1, announcement(kVm1));
  ASSERT_EQ(vswitch.owner("front"), kVm1.port);
  inject(kVm1, advert(kVm1, 150, {kPlain}));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

// --- adverts that would depose the guests' master without listing a HAVIP (owner learning 4)

class VrrpGuard : public ShopTest {
 protected:
  VrrpGuard() { elect(kVm1, 150); }
};

TEST_F(VrrpGuard, GroupOfAHavipIsForItsMembers) {
  expect_drop(DropReason::vrrp_guard, kVm3, advert(kVm3, 255, {}));
  expect_drop(DropReason::vrrp_guard, kVm3, advert(kVm3, 255, {kPlain}));
  expect_drop(DropReason::vrrp_guard, kVm3, advert(kVm3, 1, {kPlain}));
}

TEST_F(VrrpGuard, UnicastAdvertsAreNoWayAround) {
  expect_drop(DropReason::vrrp_guard, kVm3,
              from_vm(kVm3, kVm1.mac)
                  .ipv4(vrrp_ipv4(kVm3.ip, kVm1.ip))
                  .vrrp3({.vrid = kVrid, .priority = 255, .addresses = {kPlain}})
                  .build());
}

TEST_F(VrrpGuard, OtherGroupsOfTheSubnetAreTheTenants) {
  EXPECT_THAT(inject(kVm3, advert(kVm3, {.vrid = kVrid + 1, .priority = 255, .addresses = {kPlain}})),
              SizeIs(2));
}

TEST_F(VrrpGuard, OtherSubnetsHaveGroupsOfTheirOwn) {
  expect_drop(DropReason::no_receiver, kDb1, advert(kDb1, 255, {Ipv4(10, 77, 1, 50)}));
}

TEST_F(VrrpGuard, MembersOwnListWithoutAHavipStaysAmongThem) {
  EXPECT_THAT(inject(kVm2, advert(kVm2, 100, {kPlain})),
              ElementsAre(Sent{"vm1-eth0", advert(kVm2, 100, {kPlain})}));
}

TEST_F(VrrpGuard, SilentGroupIsForgottenAfterTwoPeriods) {
  HavipGroups& groups = *vswitch.control().tables().registry().subnets.find("web")->second.groups;
  groups.age();
  expect_drop(DropReason::vrrp_guard, kVm3, advert(kVm3, 255, {kPlain}));
  groups.age();
  EXPECT_THAT(inject(kVm3, advert(kVm3, 255, {kPlain})), SizeIs(2));
}

TEST_F(SnoopVrrp, ListMayHoldThePortsOwnAddress) {
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 255, {kVm1.ip, W::kFront})), ElementsAre("vm2-eth0"));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(SnoopVrrp, UnicastAdvertClaimsAndIsSteeredToItsPeer) {
  const Frame frame = from_vm(kVm1, kVm2.mac)
                          .ipv4(vrrp_ipv4(kVm1.ip, kVm2.ip))
                          .vrrp3({.vrid = kVrid, .priority = 150, .addresses = {W::kFront}})
                          .build();
  EXPECT_THAT(receivers(kVm1, frame), ElementsAre("vm2-eth0"));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

// The guest judges it; it must not depose the switch's idea of the owner.
TEST_F(SnoopVrrp, AdvertWithAWrongChecksumIsForwardedAndClaimsNothing) {
  const Frame frame = advert(
      kVm1, {.vrid = kVrid, .priority = 0, .addresses = {W::kFront}, .checksum = VrrpChecksum::kWrong});
  elect(kVm1);
  EXPECT_THAT(receivers(kVm1, frame), UnorderedElementsAre("vm2-eth0", "vm3-eth0"));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(SnoopVrrp, AdvertFromTheHavipItselfIsSpoofed) {
  expect_drop(DropReason::vrrp_src_spoof, kVm1, advert({kVm1.port, kVm1.mac, W::kFront}));
}

TEST_F(SnoopVrrp, AuthenticatedAdvertsClaim) {
  inject(kVm2, advert(kVm2, {.vrid = kVrid,
                             .priority = 100,
                             .addresses = {W::kFront},
                             .auth_type = 1,
                             .auth_data = "s3cret12"}));
  EXPECT_EQ(vswitch.owner("front"), kVm2.port);
  inject(kVm1, from_vm(kVm1, kVrrpGroupMac)
                   .ipv4(vrrp_ipv4(kVm1.ip))
                   .authentication_header({})
                   .vrrp2({.vrid = kVrid, .priority = 150, .addresses = {W::kFront}, .auth_type = 2})
                   .build());
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(SnoopVrrp, EthernetSourceOfTheAdvertIsTheDeliveryMac) {
  const Vm as_group{kVm1.port, Mac::vrrp_ipv4(kVrid), kVm1.ip};
  inject(kVm1, advert(as_group));
  EXPECT_THAT(inject(kVm3, datagram(kVm3, kVm3.ip, W::kFront, kVm3.mac)),
              ElementsAre(Sent{"vm1-eth0", datagram(kVm3, kVm3.ip, W::kFront, as_group.mac)}));
}

TEST_F(SnoopVrrp, HigherPriorityPreemptsAndCrashIsFollowed) {
  elect(kVm2, 100);
  elect(kVm1, 150);
  vswitch.advance_to(3'610);
  EXPECT_EQ(vswitch.owner("front"), kVm1.port) << "silence alone removes nobody";
  elect(kVm2, 100);
}

TEST_F(SnoopVrrp, ClaimsAreNeverLostToTheFloodRate) {
  const Frame broadcast = announcement(kVm1, kVm1.ip);
  constexpr unsigned kBurst = 100;
  for (unsigned left = 2 * Settings().flood_pps; left != 0; left -= kBurst) {
    inject(kVm1, std::vector<Frame>(kBurst, broadcast));
  }
  expect_drop(DropReason::flood_rate, kVm1, broadcast);
  EXPECT_THAT(receivers(kVm1, advert(kVm1)), ElementsAre("vm2-eth0"));
  EXPECT_THAT(inject(kVm1, announcement(kVm1)), SizeIs(2));
  EXPECT_THAT(receivers(kVm1, advert(kVm1, 150, {})), SizeIs(2));
  expect_drop(DropReason::flood_rate, kVm1, broadcast);
}

}  // namespace
}  // namespace vipswitch::testing
