#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <gtest/gtest.h>
#include <initializer_list>
#include <random>

#include "vipswitch/address.h"
#include "vipswitch/checksum.h"

namespace vipswitch {
namespace {

// As the C library reads it.
Ipv6 v6(const char* text) {
  std::array<std::uint8_t, 16> bytes{};
  EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
  return Ipv6(bytes);
}

TEST(Ipv6, GroupsAreThoseOfTheTextForm) {
  EXPECT_EQ(Ipv6::from_groups({0x2001, 0xdb8, 0, 0, 0, 0, 0xab, 0x1}), v6("2001:db8::ab:1"));
  EXPECT_EQ(Ipv6::all_nodes(), v6("ff02::1"));
}

TEST(Ipv6, KindsOfAddresses) {
  EXPECT_TRUE(v6("::").is_unspecified());
  EXPECT_TRUE(v6("::1").is_loopback());
  EXPECT_FALSE(v6("::2").is_loopback());
  EXPECT_TRUE(v6("ff02::1").is_multicast());
  EXPECT_FALSE(v6("fe80::1").is_multicast());
  EXPECT_TRUE(v6("fe80::1").is_link_local());
  EXPECT_TRUE(v6("febf:ffff::1").is_link_local());
  EXPECT_FALSE(v6("fec0::1").is_link_local());
  EXPECT_FALSE(v6("fe7f::1").is_link_local());
  EXPECT_TRUE(v6("::ffff:192.0.2.1").is_ipv4_mapped());
  EXPECT_FALSE(v6("::fffe:192.0.2.1").is_ipv4_mapped());
  EXPECT_FALSE(v6("1::ffff:192.0.2.1").is_ipv4_mapped());
}

TEST(Ipv6, OrderIsNumeric) {
  EXPECT_LT(v6("fe80::1"), v6("fe80::2"));
  EXPECT_LT(v6("2001:db8::ffff"), v6("2001:db8:0:1::"));
}

// The example of RFC 4291 2.7.1.
TEST(Ipv6, SolicitedNodeGroupAndItsMac) {
  const Ipv6 group = v6("4037::01:800:200e:8c6c").solicited_node();
  EXPECT_EQ(group, v6("ff02::1:ff0e:8c6c"));
  EXPECT_EQ(Mac::of_multicast(group), Mac(0x33, 0x33, 0xff, 0x0e, 0x8c, 0x6c));
}

// The example of RFC 4291 appendix A: 34-56-78-9A-BC-DE.
TEST(Ipv6, LinkLocalOfAMac) {
  EXPECT_EQ(link_local_of(Mac(0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde)), v6("fe80::3656:78ff:fe9a:bcde"));
  EXPECT_EQ(kGatewayLinkLocal, v6("fe80::c00:ff:fe00:1"));
}

TEST(Ipv6, StableMacIsTheSwitchsOwnAndTellsAddressesApart) {
  const Mac a = stable_mac(v6("2001:db8::100")), b = stable_mac(v6("2001:db8::101"));
  EXPECT_TRUE(is_switch_mac(a));
  EXPECT_EQ(a.bytes()[1], 0x06);
  EXPECT_NE(a, b);
  EXPECT_FALSE(a.is_group());
}

TEST(Ipv6Prefix, ContainsItsFirstAndLastAndNoNeighbour) {
  for (const std::uint8_t length :
       std::initializer_list<std::uint8_t>{1, 7, 8, 9, 31, 48, 63, 64, 65, 120, 127, 128}) {
    const Ipv6Prefix prefix = Ipv6Interface{v6("2001:db8:5555:aaaa:1234:5678:9abc:def0"), length}.prefix();
    EXPECT_TRUE(prefix.contains(prefix.first())) << unsigned{length};
    EXPECT_TRUE(prefix.contains(prefix.last())) << unsigned{length};
    auto beyond = prefix.last().bytes();
    beyond[(length - 1) / 8] ^= static_cast<std::uint8_t>(0x80 >> ((length - 1) % 8));
    EXPECT_FALSE(prefix.contains(Ipv6(beyond))) << unsigned{length};
  }
}

TEST(Ipv6Prefix, LengthZeroContainsEverything) {
  EXPECT_TRUE(Ipv6Prefix{}.contains(v6("ffff::1")));
  EXPECT_EQ(Ipv6Prefix{}.last(), v6("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"));
}

TEST(Ipv6Prefix, OverlapMeansThatOneContainsTheOther) {
  const Ipv6Prefix wide{v6("2001:db8::"), 32}, inside{v6("2001:db8:1::"), 64}, beside{v6("2001:db9::"), 64};
  EXPECT_TRUE(wide.overlaps(inside));
  EXPECT_TRUE(inside.overlaps(wide));
  EXPECT_FALSE(wide.overlaps(beside));
}

TEST(Checksum, DeltaOfIpv6AddressesIsThatOfTheirBytes) {
  std::mt19937 random(7);
  for (int i = 0; i < 1000; ++i) {
    std::array<std::uint8_t, 40> data{};
    for (auto& byte : data) byte = static_cast<std::uint8_t>(random());
    std::array<std::uint8_t, 16> from{}, to{};
    std::copy_n(data.begin() + 8, 16, from.begin());
    for (auto& byte : to) byte = static_cast<std::uint8_t>(random() % 3 == 0 ? 0xff : random());
    const std::uint16_t before = checksum(data.data(), data.size());
    std::copy_n(to.begin(), 16, data.begin() + 8);
    const std::uint16_t updated = update_checksum(before, checksum_delta(Ipv6(from), Ipv6(to)));
    EXPECT_EQ(updated, checksum(data.data(), data.size()));
  }
}

TEST(Checksum, PseudoHeaderOfIpv6IsThatOfItsBytes) {
  const Ipv6 source = v6("2001:db8::1"), destination = v6("2001:db8::2");
  std::array<std::uint8_t, 40> header{};
  std::copy_n(source.bytes().begin(), 16, header.begin());
  std::copy_n(destination.bytes().begin(), 16, header.begin() + 16);
  header[33] = 1;
  header[34] = 2;
  header[35] = 3;
  header[39] = 58;
  EXPECT_EQ(fold(sum_pseudo_header(source, destination, 58, 0x10203)),
            fold(sum_bytes(header.data(), header.size())));
}

}  // namespace
}  // namespace vipswitch
