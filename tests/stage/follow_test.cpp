// HAVIPs that no advert lists: of the other family, excluded, or all of a group's (owner learning 5.4
// "Follow").

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

class Follow : public Shop6Test {
 protected:
  static constexpr Ipv4 kBack{10, 77, 0, 101};

  // Beside front, of both families, there is back, which the guests' groups exclude.
  Follow() {
    hand_over_at_once();
    model::Havip back{"back", "web", kBack, {}, {std::string(kVm1.port), std::string(kVm2.port)}};
    back.handover = Handover::kAtOnce;
    EXPECT_TRUE(vswitch.service().add(back));
    vswitch.settle();
  }
  // As keepalived becomes master of group 51 for front's IPv4 address.
  void become_master(const Vm& vm, std::uint8_t priority) {
    inject(vm, advert(vm, priority));
    vswitch.advance_to(vswitch.now() + 2);
    inject(vm, {announcement(vm), announcement(vm, kBack),
                announcement6(vm, vm.mac == kVm1.mac ? W6::kVm1Ip : W6::kVm2Ip)});
  }
  owner::Follow followed(const char* havip, Family family = Family::kIpv4) {
    return snapshot(havip, family).election.followed();
  }
  OwnerState state(const char* havip, Family family = Family::kIpv4) {
    return snapshot(havip, family).election.state(vswitch.now());
  }
  std::string owners() { return vswitch.owner("front") + ' ' + vswitch.owner("back") + ' ' + owner6(); }
};

TEST_F(Follow, ExcludedAddressAndTheOtherFamilyFollowTheGroup) {
  become_master(kVm1, 150);
  EXPECT_EQ(owners(), "vm1-eth0 vm1-eth0 vm1-eth0");
  EXPECT_EQ(followed("front").vrid, 0) << "adverts list it";
  for (const owner::Follow& group : {followed("back"), followed("front", Family::kIpv6)}) {
    EXPECT_EQ(group.vrid, kVrid);
    EXPECT_EQ(group.family, Family::kIpv4);
  }
  vswitch.advance_to(1'000);
  inject(kVm1, advert(kVm1));
  EXPECT_EQ(state("back"), OwnerState::kOwnedVrrp);
  EXPECT_EQ(state("front", Family::kIpv6), OwnerState::kOwnedVrrp);
  EXPECT_EQ(vswitch.learned(LearnCounter::followed), 2u);
}

// Case 27.
TEST_F(Follow, Case27HealedPartitionMovesThemWithoutAnAnnouncement) {
  become_master(kVm1, 150);
  for (TimeMs at = 1'000; at <= 4'000; at += 1'000) {
    vswitch.advance_to(at);
    inject(kVm1, advert(kVm1));
  }
  vswitch.advance_to(7'000);
  become_master(kVm2, 100);  // while vm1 is cut off
  EXPECT_EQ(owners(), "vm2-eth0 vm2-eth0 vm2-eth0");
  vswitch.advance_to(9'000);
  inject(kVm1, advert(kVm1));
  EXPECT_EQ(owners(), "vm1-eth0 vm1-eth0 vm1-eth0");
}

// Case 34: the group lists nothing but has an address all the same.
TEST_F(Follow, Case34GroupWithoutAddresses) {
  inject(kVm1, advert(kVm1, 150, {}));
  inject(kVm1, announcement(kVm1, kBack));
  EXPECT_EQ(vswitch.owner("back"), kVm1.port);
  inject(kVm1, advert(kVm1, 0, {}));
  EXPECT_EQ(vswitch.owner("back"), "");
  EXPECT_EQ(state("back"), OwnerState::kReleased);
}

TEST_F(Follow, GracefulStopReleasesThemWithTheGroup) {
  become_master(kVm1, 150);
  inject(kVm1, advert(kVm1, 0));
  EXPECT_EQ(owners(), "  ");
}

TEST_F(Follow, GroupsThatAreFollowedAreGuarded) {
  inject(kVm1, advert(kVm1, 150, {}));
  inject(kVm1, announcement(kVm1, kBack));
  inject(kVm1, advert(kVm1, 150, {}));
  expect_drop(DropReason::vrrp_guard, kVm3, advert(kVm3, 255, {}));
}

TEST_F(Follow, OperatorNamesTheGroupBeforeAnythingIsAnnounced) {
  ASSERT_TRUE(vswitch.service().set_havip_follow("back", std::uint16_t{kVrid}));
  vswitch.settle();
  inject(kVm2, advert(kVm2, 100));
  EXPECT_EQ(vswitch.owner("back"), kVm2.port);
  EXPECT_TRUE(followed("back").is_hint);
  ASSERT_TRUE(vswitch.service().set_havip_follow("back", std::nullopt));
  vswitch.settle();
  EXPECT_EQ(followed("back").vrid, 0);
  EXPECT_EQ(vswitch.owner("back"), kVm2.port);
}

TEST_F(Follow, MoveByAHintIsToldAsOne) {
  ASSERT_TRUE(vswitch.service().set_havip_follow("back", std::uint16_t{kVrid}));
  vswitch.settle();
  inject(kVm1, advert(kVm1));
  inject(kVm2, advert(kVm2, {.vrid = kVrid + 1, .priority = 100, .addresses = {kBack}}));
  ASSERT_EQ(vswitch.owner("back"), kVm1.port);
  vswitch.control().drain_events();
  ASSERT_TRUE(vswitch.service().set_havip_follow("back", std::uint16_t{kVrid + 1}));
  vswitch.settle();
  EXPECT_EQ(vswitch.owner("back"), kVm2.port);
  vswitch.control().drain_events();
  EXPECT_THAT(to_message(vswitch.control().events().last().back()), ::testing::HasSubstr("trigger=follow"));
}

TEST_F(Follow, TwoGroupsAcquiredAtOnceTeachNothing) {
  inject(kVm1, advert(kVm1));
  inject(kVm1, advert(kVm1, {.vrid = kVrid + 1, .priority = 150, .addresses = {Ipv4(10, 77, 0, 50)}}));
  inject(kVm1, announcement(kVm1, kBack));
  EXPECT_EQ(followed("back").vrid, 0);
  EXPECT_EQ(vswitch.owner("back"), kVm1.port);
}

TEST_F(Follow, SpeakersTellWhatTheirAdvertsSay) {
  inject(kVm1, advert(kVm1, {.vrid = kVrid,
                             .priority = 150,
                             .interval_s = 2,
                             .addresses = {W::kFront, Ipv4(10, 77, 0, 50)},
                             .auth_type = 1,
                             .auth_data = "secret"}));
  const auto speakers = vswitch.runtime().vrrp_speakers();
  ASSERT_EQ(speakers.size(), 1u);
  EXPECT_EQ(speakers[0].port, kVm1.port);
  EXPECT_EQ(speakers[0].vrid, kVrid);
  EXPECT_EQ(speakers[0].version, 2);
  EXPECT_EQ(speakers[0].priority, 150);
  EXPECT_EQ(speakers[0].auth, VrrpAuth::kPassword);
  EXPECT_FALSE(speakers[0].is_unicast);
  EXPECT_EQ(speakers[0].interval_ms, 2000u);
  EXPECT_EQ(speakers[0].list_size, 2);
  EXPECT_THAT(speakers[0].havips, ::testing::ElementsAre("front"));
}

}  // namespace
}  // namespace vipswitch::testing
