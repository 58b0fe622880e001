#include <gtest/gtest.h>

#include "dataplane/rows.h"

namespace vipswitch {
namespace {

template <class Address>
Address address_number(unsigned number);
template <>
Ipv4 address_number<Ipv4>(unsigned number) {
  return Ipv4::from_host(0x0a4d0000u + number);
}
template <>
Ipv6 address_number<Ipv6>(unsigned number) {
  return Ipv6::from_halves({0x20010db800770000, number});
}

template <class Address>
class PortSourcesTest : public ::testing::Test {};
using Families = ::testing::Types<Ipv4, Ipv6>;
TYPED_TEST_SUITE(PortSourcesTest, Families);

TYPED_TEST(PortSourcesTest, EachAddressIsFoundAtItsPlaceAndNoOther) {
  PortSources<TypeParam> sources;
  for (unsigned i = 0; i < PortSources<TypeParam>::kMost; ++i) {
    EXPECT_EQ(sources.index_of(address_number<TypeParam>(i)), kNoSource) << i;
    PortSource<TypeParam> source{};
    source.address = address_number<TypeParam>(i);
    sources.add(source);
    for (unsigned known = 0; known <= i; ++known)
      EXPECT_EQ(sources.index_of(address_number<TypeParam>(known)), known) << i;
  }
  for (unsigned i = PortSources<TypeParam>::kMost; i < 70'000; ++i)
    ASSERT_EQ(sources.index_of(address_number<TypeParam>(i)), kNoSource) << i;
}

// Places that are not in use hold zeros, which are tags too.
TYPED_TEST(PortSourcesTest, UnspecifiedAddressIsNoneOfThem) {
  PortSources<TypeParam> sources;
  EXPECT_EQ(sources.index_of(TypeParam()), kNoSource);
  PortSource<TypeParam> source{};
  source.address = address_number<TypeParam>(1);
  sources.add(source);
  EXPECT_EQ(sources.index_of(TypeParam()), kNoSource);
}

TYPED_TEST(PortSourcesTest, OwnAddressIsTheFirstUnlessThatIsAHavips) {
  PortSources<TypeParam> with_own, without;
  EXPECT_EQ(with_own.own(), nullptr);
  PortSource<TypeParam> own{}, havip{};
  own.address = address_number<TypeParam>(1);
  havip.address = address_number<TypeParam>(2);
  havip.havip = HavipId(0);
  without.add(havip);
  EXPECT_EQ(without.own(), nullptr);
  with_own.add(own);
  with_own.add(havip);
  ASSERT_NE(with_own.own(), nullptr);
  EXPECT_EQ(*with_own.own(), own.address);
}

// The halves of an IPv4 address make its tag.
TEST(PortSources, AddressesWithOneTagAreToldApart) {
  const Ipv4 one(10, 77, 0, 1), other(0, 1, 10, 77), third(10, 76, 0, 0);
  ASSERT_EQ(tag_of(one), tag_of(other));
  ASSERT_EQ(tag_of(one), tag_of(third));
  PortSources<Ipv4> sources;
  for (const Ipv4 address : {Ipv4(10, 0, 0, 1), one, other}) {
    PortSource<Ipv4> source{};
    source.address = address;
    sources.add(source);
  }
  EXPECT_EQ(sources.index_of(one), 1);
  EXPECT_EQ(sources.index_of(other), 2);
  EXPECT_EQ(sources.index_of(third), kNoSource);
}

}  // namespace
}  // namespace vipswitch
