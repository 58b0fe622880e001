// What attackers try beside what guard, snoop and evasion are tested with (owner learning 4): from other
// subnets and VPCs, over IPv6, inside an authentication header, as a bound backup. The owner stays.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using W = ShopWorld;
using W6 = ShopWorld6;

constexpr Ipv6 kNoHavip6 = v6(0x77, 0x50);  // an address of the tenant's that is no HAVIP

// vm1 owns both addresses of front by its adverts.
class Attack : public Shop6Test {
 protected:
  Attack() {
    elect(kVm1);
    inject(kVm1, advert6(kVm1));
  }
  void TearDown() override {
    EXPECT_EQ(vswitch.owner("front"), kVm1.port);
    EXPECT_EQ(owner6(), kVm1.port);
    Shop6Test::TearDown();
  }
  static Frame authenticated_advert(const Vm& vm, std::uint8_t priority, const std::vector<Ipv4>& addresses) {
    return from_vm(vm, kVrrpGroupMac)
        .ipv4(vrrp_ipv4(vm.ip))
        .authentication_header({})
        .vrrp2({.vrid = kVrid, .priority = priority, .addresses = addresses, .auth_type = 2})
        .build();
  }
  static std::vector<Frame> every_form_of_arp(const Vm& vm, Ipv4 sender) {
    return {announcement(vm, sender),
            from_vm(vm, Mac::broadcast()).gratuitous_arp_reply(vm.mac, sender).build(),
            from_vm(vm, Mac::broadcast()).arp_request(vm.mac, sender, kVm2.ip).build(),
            from_vm(vm, kVm2.mac).arp_reply(vm.mac, sender, kVm2.mac, kVm2.ip).build()};
  }
};

TEST_F(Attack, OtherSubnetOfTheVpcClaimsNothing) {
  for (const Frame& frame : every_form_of_arp(kDb1, W::kFront))
    expect_drop(DropReason::claim_unbound, kDb1, frame);
  expect_drop(DropReason::claim_unbound, kDb1, advert(kDb1, 255));
  expect_drop(DropReason::claim_unbound, kDb1, datagram(kDb1, W::kFront, kVm3.ip));
  expect_drop(DropReason::claim_unbound, kDb1, announcement6(kDb1, W6::kDb1Ip));
  expect_drop(DropReason::claim_unbound, kDb1, advert6(kDb1, 255));
}

TEST_F(Attack, OtherVpcWithTheSameAddressesIsAWorldOfItsOwn) {
  Service& service = vswitch.service();
  ASSERT_TRUE(service.add(model::Vpc{"other", Vni(1002)}));
  ASSERT_TRUE(service.add(model::Subnet{.name = "other-web",
                                        .vpc = "other",
                                        .ipv4 = Ipv4Prefix{{10, 77, 0, 0}, 24},
                                        .gateway = W::kWebGateway}));
  const Vm attacker{"evil-eth0", {0x52, 0x54, 0, 0x66, 0, 0x11}, kVm1.ip};
  ASSERT_TRUE(service.add(model::Port{.name = std::string(attacker.port),
                                      .instance = "evil",
                                      .subnet = "other-web",
                                      .mac = attacker.mac,
                                      .ipv4 = attacker.ip,
                                      .ipv6 = {},
                                      .device = vswitch.next_device()}));
  vswitch.settle();
  for (const Frame& frame : every_form_of_arp(attacker, W::kFront))
    expect_drop(DropReason::spoofed_arp, attacker, frame);
  expect_drop(DropReason::spoofed_ip, attacker, datagram(attacker, W::kFront, kVm3.ip));
  EXPECT_THAT(inject(attacker, advert(attacker, 255)), IsEmpty())
      << "nobody there, and nobody here, hears it";
  EXPECT_THAT(inject(attacker, advert(attacker, 0)), IsEmpty());
}

TEST_F(Attack, AuthenticationHeaderHidesNoAdvertOfAnUnboundPort) {
  expect_drop(DropReason::claim_unbound, kVm3, authenticated_advert(kVm3, 255, {W::kFront}));
  expect_drop(DropReason::vrrp_guard, kVm3, authenticated_advert(kVm3, 255, {}));
}

TEST_F(Attack, GroupOfAHavipIsGuardedOverIpv6Too) {
  expect_drop(DropReason::vrrp_guard, kVm3, advert6(kVm3, 255, {}));
  expect_drop(DropReason::vrrp_guard, kVm3, advert6(kVm3, 255, {kNoHavip6}));
  expect_drop(DropReason::vrrp_guard, kVm3, advert6(kVm3, 0, {kNoHavip6}));
}

TEST_F(Attack, GroupIsGuardedInItsFamilyAlone) {
  constexpr std::uint8_t kOnlyIpv4 = kVrid + 1;
  inject(kVm1, advert(kVm1, {.vrid = kOnlyIpv4, .priority = 150, .addresses = {W::kFront}}));
  const Frame other_family =
      advert6(kVm3, {.vrid = kOnlyIpv4, .priority = 255, .addresses6 = {kNoHavip6}}, advert6_header(kVm3));
  EXPECT_THAT(inject(kVm3, other_family), SizeIs(2)) << "a group of the tenant's";
}

TEST_F(Attack, BeingBoundGivesNoRightToOtherAddresses) {
  for (const Frame& frame : every_form_of_arp(kVm2, W::kWebGateway))
    expect_drop(DropReason::claim_gateway, kVm2, frame);
  for (const Frame& frame : every_form_of_arp(kVm2, kVm3.ip))
    expect_drop(DropReason::claim_foreign, kVm2, frame);
  expect_drop(DropReason::claim_gateway, kVm2, announcement6(kVm2, W6::kVm2Ip, W6::kWebGateway));
  expect_drop(DropReason::claim_gateway, kVm2, announcement6(kVm2, W6::kWebGateway, W6::kWebGateway));
  expect_drop(DropReason::claim_foreign, kVm2, announcement6(kVm2, W6::kVm3Ip, W6::kVm3Ip));
  expect_drop(DropReason::spoofed_ip, kVm2, announcement6(kVm2, W6::kVm3Ip, W6::kVm2Ip));
  expect_drop(DropReason::claim_foreign, kVm2, announcement6(kVm2, W6::kVm2Ip, W6::kVm3Ip));
}

// A malicious backup cannot be told from a takeover by its adverts; by announcements alone it takes nothing.
TEST_F(Attack, AnnouncementsOfABoundBackupAreShadowedByAFreshMaster) {
  const std::uint64_t before = vswitch.learned(LearnCounter::shadowed);
  for (int i = 0; i < 10; ++i) {
    inject(kVm2, announcement(kVm2));
    inject(kVm2, announcement6(kVm2, W6::kVm2Ip));
  }
  EXPECT_EQ(vswitch.learned(LearnCounter::shadowed) - before, 20u);
}

TEST_F(Attack, WeakEvidenceOfABoundBackupIsIgnored) {
  const std::uint64_t before = vswitch.learned(LearnCounter::weak_ignored);
  inject(kVm2, from_vm(kVm2, Mac::broadcast()).arp_request(kVm2.mac, W::kFront, kVm3.ip).build());
  inject(kVm2, from_vm(kVm2, kVm3.mac).arp_reply(kVm2.mac, W::kFront, kVm3.mac, kVm3.ip).build());
  EXPECT_EQ(vswitch.learned(LearnCounter::weak_ignored) - before, 2u);
  EXPECT_THAT(inject(kVm2, datagram(kVm2, W::kFront, kVm3.ip, kVm3.mac)), SizeIs(1)) << "inside the subnet";
  expect_drop(DropReason::eip_not_owner, kVm2, datagram(kVm2, W::kFront, W::kClient));
}

// RFC 9568 5.1: what claims to be the resignation of another group member comes from that member's port.
TEST_F(Attack, ResignationInTheNameOfTheOwnerIsSpoofed) {
  expect_drop(DropReason::spoofed_ip, kVm2, advert({kVm2.port, kVm2.mac, kVm1.ip}, 0));
  expect_drop(DropReason::spoofed_mac, kVm2, advert({kVm2.port, kVm1.mac, kVm1.ip}, 0));
  expect_drop(DropReason::spoofed_ip, kVm3, advert({kVm3.port, kVm3.mac, kVm1.ip}, 0));
}

TEST_F(Attack, AnnouncementOfTheSwitchsOwnMacIsSpoofed) {
  const Mac stable = stable_mac(W::kFront);
  for (const Mac& mac : {stable, kGatewayMac}) {
    expect_drop(DropReason::spoofed_arp, kVm2,
                from_vm(kVm2, Mac::broadcast()).gratuitous_arp_request(mac, W::kFront).build());
    expect_drop(DropReason::spoofed_mac, kVm2, announcement({kVm2.port, mac, kVm2.ip}));
  }
}

// The operator's word against a backup that may claim by its adverts.
TEST_F(Attack, PinHoldsAgainstAdvertsOfAMaliciousBackup) {
  ASSERT_TRUE(vswitch.service().pin_havip("front", kVm1.port));
  vswitch.settle();
  inject(kVm2, advert(kVm2, 255));
  inject(kVm2, announcement(kVm2));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

}  // namespace
}  // namespace vipswitch::testing
