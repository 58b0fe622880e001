// The cases of the specification by their numbers (owner learning 6) that are about frames, on the whole
// pipeline: A is vm1, B vm2, both bound to front, and X vm3. Those about the election alone are in
// tests/unit/owner/cases_test.cpp; 12, 19, 27 and 34 are in probe_test.cpp and follow_test.cpp, 32 is in
// flood_test.cpp.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using W = ShopWorld;
using W6 = ShopWorld6;

constexpr Vm kA = kVm1, kB = kVm2, kX = kVm3;

class Specification : public Shop6Test {
 protected:
  Specification() { hand_over_at_once(); }

  Frame advert3(const Vm& vm, VrrpChecksum checksum, Ipv4 destination = {224, 0, 0, 18},
                std::uint8_t ttl = 255) {
    Ipv4Fields ip = vrrp_ipv4(vm.ip, destination);
    ip.ttl = ttl;
    return from_vm(vm, destination.is_multicast() ? kVrrpGroupMac : kB.mac)
        .ipv4(ip)
        .vrrp3({.vrid = kVrid, .priority = 150, .addresses = {W::kFront}, .checksum = checksum})
        .build();
  }
  std::string owner() { return vswitch.owner("front"); }
  std::uint64_t learned(LearnCounter counter) { return vswitch.learned(counter); }
};

TEST_F(Specification, Case22CarpOfTheOwnersPortIsNoResignation) {
  elect(kA);
  std::vector<std::uint8_t> carp(36);
  carp[0] = 0x21;
  carp[1] = 51;
  carp[3] = 7;
  Ipv4Fields ip = vrrp_ipv4(kA.ip);
  ip.protocol = 112;
  const Vm speaker{kA.port, Mac{0x00, 0x00, 0x5e, 0x00, 0x00, 51}, kA.ip};
  for (const Vm& vm : {kA, speaker}) inject(vm, from_vm(vm, kVrrpGroupMac).ipv4(ip).payload(carp).build());
  EXPECT_EQ(owner(), kA.port);
  EXPECT_EQ(learned(LearnCounter::rx_carp), 2u);
  EXPECT_EQ(vswitch.drops(), 0u);
  expect_drop(DropReason::vrrp_src_spoof, speaker, advert(speaker, 0));
}

TEST_F(Specification, Case23EveryChecksumInUseClaimsAndAFlippedBitDoesNot) {
  const std::vector<Frame> right = {advert3(kA, VrrpChecksum::kPseudoHeader),
                                    advert3(kA, VrrpChecksum::kPlain),
                                    advert3(kA, VrrpChecksum::kPseudoHeader, kB.ip),
                                    advert3(kA, VrrpChecksum::kPseudoHeaderMulticast, kB.ip)};
  for (Frame frame : right) {
    inject(kA, frame);
    frame.back() ^= 1;  // of the address that it lists
    inject(kA, frame);
  }
  EXPECT_EQ(learned(LearnCounter::advert), 4u);
  EXPECT_EQ(learned(LearnCounter::vrrp_checksum_pseudo), 2u);
  EXPECT_EQ(learned(LearnCounter::vrrp_checksum_plain), 1u);
  EXPECT_EQ(learned(LearnCounter::vrrp_checksum_pseudo_multicast), 1u);
  EXPECT_EQ(learned(LearnCounter::vrrp_bad_checksum), 4u);
}

TEST_F(Specification, Case24TtlCountsForMulticastOnly) {
  inject(kA, advert3(kA, VrrpChecksum::kPseudoHeader, {224, 0, 0, 18}, 254));
  EXPECT_EQ(learned(LearnCounter::vrrp_bad_ttl), 1u);
  EXPECT_EQ(owner(), "");
  inject(kA, advert3(kA, VrrpChecksum::kPseudoHeader, kB.ip, 64));
  EXPECT_EQ(owner(), kA.port);
}

TEST_F(Specification, Case25SolicitationsOfTheBackupClaimNothing) {
  elect6(kA);
  inject(kB, probe6(kB, W6::kFront));
  inject(kB, solicitation(kB, W6::kVm2Ip, W6::kFront));
  EXPECT_EQ(owner6(), kA.port);
}

TEST_F(Specification, Case26DuplicateDetectionOfTheNextOwnerIsNotAnswered) {
  elect(kA);
  elect6(kA);
  inject(kA, advert(kA, 0));
  expect_drop(DropReason::arp_not_answered, kB,
              from_vm(kB, Mac::broadcast()).arp_probe(kB.mac, W::kFront).build());
  expect_drop(DropReason::nd_not_answered, kB, probe6(kB, W6::kFront));
  inject(kB, announcement(kB));
  EXPECT_EQ(owner(), kB.port);
}

TEST_F(Specification, Case28UnboundPortClaimsNothing) {
  elect(kA);
  elect6(kA);
  expect_drop(DropReason::claim_unbound, kX, announcement(kX));
  expect_drop(DropReason::claim_unbound, kX, announcement6(kX, W6::kVm3Ip));
  expect_drop(DropReason::claim_unbound, kX, advert3(kX, VrrpChecksum::kPseudoHeader));
  EXPECT_EQ(owner(), kA.port);
  EXPECT_EQ(owner6(), kA.port);
}

// VPP sends the NIC's MAC outside and the virtual one inside.
TEST_F(Specification, Case29DeliveryMacIsTheAnnouncementsWhateverTheEthernetSource) {
  const Mac virtual_mac = Mac::vrrp_ipv4(kVrid);
  inject(kA, advert(Vm{kA.port, virtual_mac, kA.ip}));
  inject(kA, from_vm(kA, Mac::broadcast()).gratuitous_arp_request(virtual_mac, W::kFront).build());
  EXPECT_THAT(inject(kX, datagram(kX, kX.ip, W::kFront, kX.mac)),
              ElementsAre(Sent{"vm1-eth0", datagram(kX, kX.ip, W::kFront, virtual_mac)}));
}

// FRR over IPv6: both routers advert from the same link-local address.
TEST_F(Specification, Case30EqualSourceAddressesAreDecidedByThePortWithoutFlapping) {
  const Ipv6Fields same = vrrp_ipv6(Ipv6::from_groups({0xfe80, 0, 0, 0, 0x200, 0x5eff, 0xfe00, 0x233}));
  const Vrrp3Fields fields{.vrid = kVrid, .priority = 100, .addresses6 = {W6::kFront}};
  const auto as_group = [](const Vm& vm) { return Vm{vm.port, Mac::vrrp_ipv6(kVrid), vm.ip}; };
  for (TimeMs at = 0; at < 10'000; at += 1'000) {
    vswitch.advance_to(at);
    inject(kA, advert6(as_group(kA), fields, same));
    vswitch.advance_to(at + 500);
    inject(kB, advert6(as_group(kB), fields, same));
    EXPECT_EQ(owner6(), kB.port) << at;
  }
  EXPECT_EQ(snapshot("front", Family::kIpv6).sequence, 2u);
}

TEST_F(Specification, Case35TrailerBehindTheAddressesIsNoHarm) {
  Ipv4Fields ip = vrrp_ipv4(kA.ip);
  inject(kA, from_vm(kA, kVrrpGroupMac)
                 .ipv4(ip)
                 .vrrp3({.vrid = kVrid, .priority = 150, .addresses = {W::kFront}})
                 .counting_payload(28)
                 .build());
  EXPECT_EQ(owner(), kA.port);
}

TEST_F(Specification, Case36GroupsOfOneNumberAndDifferentListsDoNotDisturbEachOther) {
  constexpr Ipv4 kBack{10, 77, 0, 101};
  ASSERT_TRUE(vswitch.service().add(
      model::Havip{"back", "web", kBack, {}, {std::string(kA.port), std::string(kB.port)}}));
  vswitch.settle();
  for (TimeMs at = 0; at < 5'000; at += 1'000) {
    vswitch.advance_to(at);
    inject(kA, advert(kA, 150, {W::kFront}));
    inject(kB, advert(kB, 100, {kBack}));
  }
  EXPECT_EQ(owner(), kA.port);
  EXPECT_EQ(vswitch.owner("back"), kB.port);
  EXPECT_EQ(snapshot("front").sequence + snapshot("back").sequence, 2u);
}

}  // namespace
}  // namespace vipswitch::testing
