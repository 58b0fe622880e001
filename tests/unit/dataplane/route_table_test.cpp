#include "dataplane/route_table.h"

#include <algorithm>
#include <cstdio>
#include <gtest/gtest.h>
#include <optional>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace vipswitch {
namespace {

using Random = std::mt19937;

// Few networks, so that prefixes nest and touch.
Ipv4Prefix random_prefix(Random& random, Ipv4) {
  const auto length = static_cast<std::uint8_t>(random() % 33);
  const std::uint32_t address = (random() % 3 == 0 ? 0xffffff00u : 0x0a4d0000u) ^ (random() & 0x8000ffffu);
  return Ipv4Interface{Ipv4::from_host(address), length}.prefix();
}
Ipv6Prefix random_prefix(Random& random, const Ipv6&) {
  const auto length = static_cast<std::uint8_t>(random() % 129);
  Ipv6 address =
      random() % 3 == 0 ? Ipv6Prefix{}.last() : Ipv6::from_groups({0x2001, 0xdb8, 0x77, 0, 0, 0, 0, 0});
  auto bytes = address.bytes();
  for (const std::size_t i : {std::size_t{0}, std::size_t{7}, std::size_t{8}, std::size_t{15}}) {
    if (random() % 2 == 0) bytes[i] = static_cast<std::uint8_t>(random());
  }
  return Ipv6Interface{Ipv6(bytes), length}.prefix();
}

Ipv4 next(Ipv4 address) {
  return Ipv4::from_host(address.host() + 1);
}
Ipv4 previous(Ipv4 address) {
  return Ipv4::from_host(address.host() - 1);
}
Ipv6 step(const Ipv6& address, int by) {
  auto bytes = address.bytes();
  for (std::size_t i = bytes.size(); i-- > 0;) {
    const bool carries = by > 0 ? bytes[i] == 0xff : bytes[i] == 0;
    bytes[i] = static_cast<std::uint8_t>(bytes[i] + by);
    if (!carries) break;
  }
  return Ipv6(bytes);
}
Ipv6 next(const Ipv6& address) {
  return step(address, 1);
}
Ipv6 previous(const Ipv6& address) {
  return step(address, -1);
}

template <class Address>
class RouteTableTest : public ::testing::Test {
 protected:
  using Table = RouteTable<Address>;
  using Route = typename Table::Route;
  using Prefix = typename Table::Prefix;

  static std::vector<Route> random_routes(Random& random, std::size_t count) {
    std::set<std::pair<Address, std::uint8_t>> seen;
    std::vector<Route> routes;
    while (routes.size() < count) {
      const Prefix prefix = random_prefix(random, Address());
      if (!seen.emplace(prefix.address, prefix.length).second) continue;
      const auto kind = static_cast<RouteKind>(random() % 4);
      const auto index = static_cast<std::uint32_t>(routes.size());
      routes.push_back(
          {prefix, kind, kind == RouteKind::kEndpoint ? EndpointRef(PortId(index)) : EndpointRef()});
    }
    return routes;
  }

  // The routes that cover the address, the most specific first.
  static std::vector<Route> covering(const std::vector<Route>& routes, const Address& address) {
    std::vector<Route> found;
    for (const Route& route : routes) {
      if (route.prefix.contains(address)) found.push_back(route);
    }
    std::sort(found.begin(), found.end(),
              [](const Route& a, const Route& b) { return a.prefix.length > b.prefix.length; });
    return found;
  }

  // The chain from the address's route on through the parents of endpoints.
  static void expect_chain(const Table& table, const std::vector<Route>& routes, const Address& address) {
    RouteRef ref = table.lookup(address);
    for (const Route& route : covering(routes, address)) {
      ASSERT_EQ(ref.kind(), route.kind);
      if (route.kind != RouteKind::kEndpoint) return;
      ASSERT_EQ(table.row(ref).endpoint, route.endpoint);
      ref = table.row(ref).parent;
    }
    ASSERT_EQ(ref.kind(), RouteKind::kInternet);
  }
};

using Families = ::testing::Types<Ipv4, Ipv6>;
TYPED_TEST_SUITE(RouteTableTest, Families);

TYPED_TEST(RouteTableTest, WithoutRoutesEverythingGoesToTheInternet) {
  const RouteTable<TypeParam> table;
  EXPECT_EQ(table.interval_count(), 1u);
  for (const auto& address : {TypeParam(), previous(TypeParam())})
    EXPECT_EQ(table.lookup(address), RouteRef(RouteKind::kInternet));
}

TYPED_TEST(RouteTableTest, FindsTheLongestPrefixAndItsParentsAtEveryEdge) {
  Random random(20261123);
  std::size_t lookups = 0;
  for (unsigned round = 0; round < 60; ++round) {
    const auto routes = TestFixture::random_routes(random, 1 + random() % 120);
    const RouteTable<TypeParam> table(routes);
    EXPECT_LE(table.interval_count(), 2 * routes.size() + 1);
    for (const auto& route : routes) {
      const TypeParam first = route.prefix.first(), last = route.prefix.last();
      for (const auto& address : {first, last, previous(first), next(first), previous(last), next(last)}) {
        TestFixture::expect_chain(table, routes, address);
        if (this->HasFatalFailure()) return;
        ++lookups;
      }
    }
  }
  EXPECT_GT(lookups, 10'000u);
}

// What a VPC with as many routes as it may have costs; 1,000 of them fit into this machine's memory together.
TYPED_TEST(RouteTableTest, AThousandVpcsOfAThousandRoutesTakeABoundedPlace) {
  Random random(7);
  const auto routes = TestFixture::random_routes(random, 1000);
  std::vector<RouteTable<TypeParam>> tables;
  for (unsigned vpc = 0; vpc < 1000; ++vpc) tables.emplace_back(routes);
  std::size_t bytes = 0;
  for (const auto& table : tables) bytes += table.bytes();
  const std::size_t per_vpc = bytes / tables.size();
  std::printf("1,000 routes take %zu bytes a VPC, in %zu intervals\n", per_vpc, tables[0].interval_count());
  this->RecordProperty("bytes_a_vpc", static_cast<int>(per_vpc));
  const std::size_t interval_bytes = sizeof(TypeParam) + sizeof(RouteRef);
  EXPECT_LE(per_vpc, 2001 * interval_bytes + 1000 * sizeof(RouteRow));
  EXPECT_EQ(tables.back().lookup(routes[0].prefix.first()), tables.front().lookup(routes[0].prefix.first()));
}

}  // namespace
}  // namespace vipswitch
