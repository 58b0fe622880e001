#include "vipswitch/address.h"

#include <cstring>
#include <gtest/gtest.h>
#include <random>

namespace vipswitch {
namespace {

TEST(Ipv4, OctetsStandInNetworkOrder) {
  const Ipv4 address(192, 0, 2, 10);
  std::array<std::uint8_t, 4> bytes{};
  std::memcpy(bytes.data(), &address, bytes.size());
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 4>{192, 0, 2, 10}));
  EXPECT_EQ(address.host(), 0xc000020au);
}

// RFC 5798 6.4.3 lets the numerically larger address win.
TEST(Ipv4, OrderIsNumericAcrossOctets) {
  EXPECT_LT(Ipv4(10, 0, 0, 255), Ipv4(10, 0, 1, 0));
  EXPECT_LT(Ipv4(9, 255, 255, 255), Ipv4(10, 0, 0, 0));
  EXPECT_GT(Ipv4(200, 0, 0, 1), Ipv4(1, 0, 0, 200));
}

TEST(Ipv4, MulticastIsClassD) {
  EXPECT_FALSE(Ipv4(223, 255, 255, 255).is_multicast());
  EXPECT_TRUE(Ipv4(224, 0, 0, 0).is_multicast());
  EXPECT_TRUE(Ipv4(239, 255, 255, 255).is_multicast());
  EXPECT_FALSE(Ipv4(240, 0, 0, 0).is_multicast());
}

TEST(Ipv4, SpecialAddressesAreTold) {
  EXPECT_TRUE(Ipv4().is_unspecified());
  EXPECT_FALSE(Ipv4(0, 0, 0, 1).is_unspecified());
  EXPECT_TRUE(Ipv4::broadcast().is_limited_broadcast());
  EXPECT_FALSE(Ipv4(255, 255, 255, 254).is_limited_broadcast());
  EXPECT_TRUE(Ipv4(127, 255, 0, 1).is_loopback());
  EXPECT_FALSE(Ipv4(128, 0, 0, 1).is_loopback());
}

TEST(Mac, GroupBitTellsMulticastAndBroadcast) {
  EXPECT_TRUE(Mac(0x01, 0, 0x5e, 0, 0, 18).is_group());
  EXPECT_TRUE(Mac::broadcast().is_group());
  EXPECT_FALSE(Mac(0x52, 0x54, 0, 0x77, 0, 0x11).is_group());
  EXPECT_TRUE(Mac::broadcast().is_broadcast());
  EXPECT_FALSE(Mac(0x01, 0, 0x5e, 0, 0, 18).is_broadcast());
}

TEST(Mac, VrrpBlockHoldsVirtualMacsOfBothFamilies) {
  EXPECT_TRUE(Mac::vrrp_ipv4(51).is_vrrp_virtual());
  EXPECT_TRUE(Mac::vrrp_ipv6(255).is_vrrp_virtual());
  EXPECT_EQ(Mac::vrrp_ipv4(51), Mac(0, 0, 0x5e, 0, 1, 51));
  EXPECT_EQ(Mac::vrrp_ipv6(51), Mac(0, 0, 0x5e, 0, 2, 51));
}

TEST(Mac, NeighboursOfTheVrrpBlockAreOutsideIt) {
  EXPECT_FALSE(Mac(0, 0, 0x5e, 0, 3, 1).is_vrrp_virtual());
  EXPECT_FALSE(Mac(0, 0, 0x5e, 1, 1, 1).is_vrrp_virtual());
  EXPECT_FALSE(Mac(0, 0, 0x5d, 0, 1, 1).is_vrrp_virtual());
  EXPECT_FALSE(Mac(2, 0, 0x5e, 0, 1, 1).is_vrrp_virtual());
}

TEST(StableMac, LeadsBackToItsAddress) {
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const Ipv4 address = Ipv4::from_host(static_cast<std::uint32_t>(random()));
    const Mac mac = stable_mac(address);
    EXPECT_EQ(address_of_stable_mac(mac), address);
    EXPECT_TRUE(is_switch_mac(mac));
    EXPECT_FALSE(mac.is_group());
  }
}

TEST(StableMac, IsTheGatewaysForNoHavip) {
  EXPECT_EQ(address_of_stable_mac(kGatewayMac), Ipv4(0, 0, 0, 1));
  EXPECT_TRUE(is_switch_mac(kGatewayMac));
}

TEST(SwitchMac, OnlyTwoPrefixesAreTheSwitchsOwn) {
  EXPECT_TRUE(is_switch_mac(Mac(0x0e, 0x06, 1, 2, 3, 4)));
  EXPECT_FALSE(is_switch_mac(Mac(0x0e, 0x01, 1, 2, 3, 4)));
  EXPECT_FALSE(is_switch_mac(Mac(0x0a, 0x00, 1, 2, 3, 4)));
}

TEST(Ipv4Prefix, ContainsItsFirstAndLastAndNoNeighbour) {
  const Ipv4Prefix prefix{Ipv4(10, 77, 0, 128), 25};
  EXPECT_EQ(prefix.first(), Ipv4(10, 77, 0, 128));
  EXPECT_EQ(prefix.last(), Ipv4(10, 77, 0, 255));
  EXPECT_TRUE(prefix.contains(prefix.first()));
  EXPECT_TRUE(prefix.contains(prefix.last()));
  EXPECT_FALSE(prefix.contains(Ipv4(10, 77, 0, 127)));
  EXPECT_FALSE(prefix.contains(Ipv4(10, 77, 1, 0)));
}

TEST(Ipv4Prefix, LengthZeroContainsEverything) {
  const Ipv4Prefix everything;
  EXPECT_EQ(everything.mask(), 0u);
  EXPECT_TRUE(everything.contains(Ipv4()));
  EXPECT_TRUE(everything.contains(Ipv4::broadcast()));
  EXPECT_EQ(everything.last(), Ipv4::broadcast());
}

TEST(Ipv4Prefix, Length32ContainsOneAddress) {
  const Ipv4Prefix host{Ipv4(203, 0, 113, 10), 32};
  EXPECT_EQ(host.mask(), 0xffffffffu);
  EXPECT_TRUE(host.contains(Ipv4(203, 0, 113, 10)));
  EXPECT_FALSE(host.contains(Ipv4(203, 0, 113, 11)));
}

TEST(Ipv4Prefix, OverlapMeansThatOneContainsTheOther) {
  const Ipv4Prefix wide{Ipv4(10, 77, 0, 0), 16}, inside{Ipv4(10, 77, 9, 0), 24},
      beside{Ipv4(10, 78, 0, 0), 16};
  EXPECT_TRUE(wide.overlaps(inside));
  EXPECT_TRUE(inside.overlaps(wide));
  EXPECT_FALSE(wide.overlaps(beside));
  EXPECT_FALSE(inside.overlaps(beside));
}

TEST(Ipv4Interface, PrefixHasNoHostBits) {
  const Ipv4Interface interface { Ipv4(198, 51, 100, 130), 25 };
  EXPECT_EQ(interface.prefix(), (Ipv4Prefix{Ipv4(198, 51, 100, 128), 25}));
}

}  // namespace
}  // namespace vipswitch
