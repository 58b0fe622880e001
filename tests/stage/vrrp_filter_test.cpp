// A port that the operator cuts off from VRRP, in one direction or in both.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using W = ShopWorld;

constexpr Ipv4 kNoHavip{10, 77, 0, 50};  // an address of the tenant's that is no HAVIP

class VrrpFiltered : public ShopTest {
 protected:
  void filter(const Vm& vm, VrrpFilter filter) {
    ASSERT_TRUE(vswitch.service().set_port(vm.port, {.vrrp_filter = filter}));
    vswitch.settle();
  }
  std::uint64_t filtered() { return vswitch.drops(DropReason::vrrp_filtered); }
  static Frame unicast_advert(const Vm& from, const Vm& to, std::uint8_t priority = 150) {
    return from_vm(from, to.mac)
        .ipv4(vrrp_ipv4(from.ip, to.ip))
        .vrrp2({.vrid = kVrid, .priority = priority, .addresses = {W::kFront}})
        .build();
  }
  // An authentication header in front of what it says, as keepalived sends it.
  static Frame authenticated(const Vm& vm, std::uint8_t next_header) {
    Ipv4Fields ip = vrrp_ipv4(vm.ip);
    ip.protocol = wire::kProtoAh;
    std::vector<std::uint8_t> bytes(24 + 20);
    bytes[0] = next_header;
    bytes[1] = 4;
    return from_vm(vm, kVrrpGroupMac).ipv4(ip).payload(std::move(bytes)).build();
  }
};

TEST_F(VrrpFiltered, AdvertOfAPortThatIsCutOffIsNoClaim) {
  filter(kVm1, VrrpFilter::kIn);
  expect_drop(DropReason::vrrp_filtered, kVm1, advert(kVm1));
  expect_drop(DropReason::vrrp_filtered, kVm1, unicast_advert(kVm1, kVm2));
  EXPECT_EQ(vswitch.owner("front"), "");
  EXPECT_EQ(vswitch.learned(LearnCounter::advert), 0u);
}

TEST_F(VrrpFiltered, ResignationOfAPortThatIsCutOffIsUnheard) {
  elect(kVm1);
  filter(kVm1, VrrpFilter::kBoth);
  expect_drop(DropReason::vrrp_filtered, kVm1, advert(kVm1, 0));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(VrrpFiltered, PortThatHearsNothingStillClaims) {
  filter(kVm1, VrrpFilter::kOut);
  EXPECT_THAT(receivers(kVm1, advert(kVm1)), ElementsAre("vm2-eth0"));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(VrrpFiltered, AdvertReachesTheOtherMembersOnly) {
  ASSERT_TRUE(vswitch.service().bind_havip("front", kVm3.port));
  filter(kVm2, VrrpFilter::kOut);
  EXPECT_THAT(receivers(kVm1, advert(kVm1)), ElementsAre("vm3-eth0"));
  EXPECT_EQ(filtered(), 1u);
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(VrrpFiltered, OnlyReceiverThatIsCutOffHearsNothing) {
  filter(kVm2, VrrpFilter::kOut);
  expect_drop(DropReason::vrrp_filtered, kVm1, advert(kVm1));
  expect_drop(DropReason::vrrp_filtered, kVm1, unicast_advert(kVm1, kVm2));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
}

TEST_F(VrrpFiltered, OrdinaryGroupOfTheTenantsIsCutOffToo) {
  filter(kVm2, VrrpFilter::kOut);
  EXPECT_THAT(receivers(kVm3, advert(kVm3, 150, {kNoHavip})), ElementsAre("vm1-eth0"));
  filter(kVm3, VrrpFilter::kIn);
  expect_drop(DropReason::vrrp_filtered, kVm3, advert(kVm3, 150, {kNoHavip}));
}

TEST_F(VrrpFiltered, AuthenticationHeaderHidesNoAdvert) {
  filter(kVm1, VrrpFilter::kIn);
  expect_drop(DropReason::vrrp_filtered, kVm1, authenticated(kVm1, wire::kProtoVrrp));
  EXPECT_THAT(receivers(kVm1, authenticated(kVm1, wire::kProtoUdp)),
              UnorderedElementsAre("vm2-eth0", "vm3-eth0"));
}

TEST_F(VrrpFiltered, EverythingElsePasses) {
  filter(kVm1, VrrpFilter::kBoth);
  filter(kVm2, VrrpFilter::kBoth);
  const Frame frame = datagram(kVm1, kVm1.ip, kVm2.ip, kVm2.mac);
  EXPECT_THAT(inject(kVm1, frame), ElementsAre(Sent{"vm2-eth0", frame}));
  inject(kVm1, announcement(kVm1));
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  EXPECT_EQ(filtered(), 0u);
}

TEST_F(VrrpFiltered, HealedPortHearsAndIsHeard) {
  filter(kVm1, VrrpFilter::kBoth);
  filter(kVm1, VrrpFilter::kNone);
  EXPECT_THAT(receivers(kVm1, advert(kVm1)), ElementsAre("vm2-eth0"));
  EXPECT_THAT(receivers(kVm2, advert(kVm2, 100)), ElementsAre("vm1-eth0"));
}

class VrrpFiltered6 : public ::testing::Test, protected Shop6 {
 protected:
  void TearDown() override { EXPECT_TRUE(is_conserved()); }
};

TEST_F(VrrpFiltered6, AdvertOverIpv6IsCutOffInBothDirections) {
  const auto filter = [&](VrrpFilter wanted) {
    ASSERT_TRUE(vswitch.service().set_port(kVm1.port, {.vrrp_filter = wanted}));
    vswitch.settle();
  };
  filter(VrrpFilter::kIn);
  expect_drop(DropReason::vrrp_filtered, kVm1, advert6(kVm1));
  filter(VrrpFilter::kOut);
  expect_drop(DropReason::vrrp_filtered, kVm2, advert6(kVm2));
  filter(VrrpFilter::kNone);
  EXPECT_THAT(receivers(kVm2, advert6(kVm2)), ElementsAre("vm1-eth0"));
}

}  // namespace
}  // namespace vipswitch::testing
