// What the program is told of addresses: batches, capacity, and that a refused request has done nothing.

#include "control/xdp/address_set.h"

#include <bpf/bpf.h>
#include <chrono>
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/unit/xdp/xdp_bed.h"

namespace vipswitch::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::size_t kMany = 100'000;

std::vector<Ipv4> many_ipv4(std::size_t count = kMany) {
  std::vector<Ipv4> addresses;
  for (std::uint32_t i = 0; i < count; ++i) addresses.push_back(Ipv4::from_host(0xcb007100 + i));
  return addresses;
}

std::vector<Ipv6> many_ipv6(std::size_t count = kMany) {
  std::vector<Ipv6> addresses;
  for (std::uint32_t i = 0; i < count; ++i) {
    addresses.push_back(Ipv6::from_groups(
        {0x2001, 0xdb8, 0, 1, 0, 0, static_cast<std::uint16_t>(i >> 16), static_cast<std::uint16_t>(i)}));
  }
  return addresses;
}

// How long it took is told, and decides nothing: the machine may be busy.
template <class Work>
void time(const char* what, const Work& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;
  ::testing::Test::RecordProperty(what, fmt::format("{:.0f} ms", took.count()));
}

class AddressSetTest : public XdpBed {
 protected:
  static xdp::FilterStatus status(const xdp::UplinkFilter& filter) { return filter.status().value(); }
};

TEST_F(AddressSetTest, HundredThousandAddressesComeAndGo) {
  const auto filter = attach({kMany, kMany});
  ASSERT_NE(filter, nullptr);
  const auto ipv4 = many_ipv4();
  const auto ipv6 = many_ipv6();
  time("add_ipv4", [&] { EXPECT_TRUE(filter->add(ipv4).ok()); });
  time("add_ipv6", [&] { EXPECT_TRUE(filter->add(ipv6).ok()); });
  EXPECT_EQ(status(*filter).ipv4.size, kMany);
  EXPECT_EQ(status(*filter).ipv6.size, kMany);
  time("remove_ipv4", [&] { EXPECT_TRUE(filter->remove(ipv4).ok()); });
  time("clear", [&] { EXPECT_TRUE(filter->clear().ok()); });
  EXPECT_EQ(status(*filter).ipv4.size, 0U);
  EXPECT_EQ(status(*filter).ipv6.size, 0U);
}

TEST_F(AddressSetTest, CapacityIsUsedToTheLastAddress) {
  const auto filter = attach({1000, 10});
  ASSERT_NE(filter, nullptr);
  EXPECT_TRUE(filter->add(many_ipv4(1000)).ok());
  EXPECT_TRUE(filter->add(many_ipv6(10)).ok());
  EXPECT_EQ(status(*filter).ipv4.capacity, 1000U);
}

TEST_F(AddressSetTest, FullSetNamesItsCapacityAndTakesNothing) {
  const auto filter = attach({10, 10});
  ASSERT_NE(filter, nullptr);
  ASSERT_TRUE(filter->add(many_ipv4(8)).ok());
  const auto refused = filter->add(many_ipv4(11));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::table_full);
  EXPECT_THAT(refused.error().message, HasSubstr("3 IPv4 addresses do not fit"));
  EXPECT_THAT(refused.error().message, HasSubstr("room for 10 and holds 8"));
  EXPECT_EQ(status(*filter).ipv4.size, 8U);
}

TEST_F(AddressSetTest, AddressesThatAreThereTakeNoRoom) {
  const auto filter = attach({10, 10});
  ASSERT_NE(filter, nullptr);
  ASSERT_TRUE(filter->add(many_ipv4(10)).ok());
  EXPECT_TRUE(filter->add(many_ipv4(10)).ok());
  const auto one = many_ipv6(1).front();
  EXPECT_TRUE(filter->add(std::vector{one, one, one}).ok());
  EXPECT_EQ(status(*filter).ipv6.size, 1U);
}

TEST_F(AddressSetTest, RemovingWhatIsNotThereIsNoError) {
  const auto filter = attach({10, 10});
  ASSERT_NE(filter, nullptr);
  ASSERT_TRUE(filter->add(many_ipv4(4)).ok());
  EXPECT_TRUE(filter->remove(many_ipv4(8)).ok());
  EXPECT_TRUE(filter->remove(many_ipv4(8)).ok());
  EXPECT_EQ(status(*filter).ipv4.size, 0U);
}

TEST_F(AddressSetTest, EmptyRequestsDoNothing) {
  const auto filter = attach({0, 0});
  ASSERT_NE(filter, nullptr);
  EXPECT_TRUE(filter->add(std::vector<Ipv4>{}).ok());
  EXPECT_TRUE(filter->remove(std::vector<Ipv6>{}).ok());
  EXPECT_TRUE(filter->clear().ok());
  EXPECT_FALSE(filter->add(many_ipv4(1)).ok());
}

// The set by itself, so that the map can be looked into.
class TunnelEndpoint : public AddressSetTest {
 protected:
  // What the program reads for the address; 0: not in the map.
  static std::uint32_t use(const xdp::AddressSet<Ipv4>& set, Ipv4 address) {
    std::uint32_t value = 0;
    const auto key = address;
    return bpf_map_lookup_elem(set.map(), &key, &value) == 0 ? value : 0;
  }
  std::optional<xdp::AddressSet<Ipv4>> make(std::size_t capacity) {
    const auto inner = xdp::Descriptor(bpf_map_create(BPF_MAP_TYPE_HASH, nullptr, 4, 4, 1, nullptr));
    LIBBPF_OPTS(bpf_map_create_opts, options, .inner_map_fd = static_cast<std::uint32_t>(inner.get()));
    outer = xdp::Descriptor(bpf_map_create(BPF_MAP_TYPE_ARRAY_OF_MAPS, nullptr, 4, 4, 1, &options));
    auto set = xdp::AddressSet<Ipv4>::install(outer.get(), capacity);
    if (!set.ok()) ADD_FAILURE() << set.error().message;
    return set.ok() ? std::optional(std::move(set).value()) : std::nullopt;
  }

  xdp::Descriptor outer;
  Ipv4 a{198, 51, 100, 4}, b{198, 51, 100, 5};
};

TEST_F(TunnelEndpoint, IsReplacedAndRemoved) {
  auto set = make(2);
  ASSERT_TRUE(set);
  ASSERT_TRUE(set->set_tunnel_endpoint(a).ok());
  EXPECT_EQ(use(*set, a), UPLINK_USE_VXLAN);
  ASSERT_TRUE(set->set_tunnel_endpoint(b).ok());
  EXPECT_EQ(use(*set, a), 0U);
  EXPECT_EQ(use(*set, b), UPLINK_USE_VXLAN);
  ASSERT_TRUE(set->set_tunnel_endpoint({}).ok());
  EXPECT_EQ(use(*set, b), 0U);
}

TEST_F(TunnelEndpoint, NeedsNoRoomOfTheCapacity) {
  auto set = make(1);
  ASSERT_TRUE(set);
  ASSERT_TRUE(set->add(many_ipv4(1)).ok());
  EXPECT_TRUE(set->set_tunnel_endpoint(a).ok());
  EXPECT_TRUE(set->set_tunnel_endpoint(b).ok());
}

TEST_F(TunnelEndpoint, MayBeAnAddressOfTheSwitch) {
  auto set = make(2);
  ASSERT_TRUE(set);
  ASSERT_TRUE(set->set_tunnel_endpoint(a).ok());
  ASSERT_TRUE(set->add(std::vector{a}).ok());
  EXPECT_EQ(use(*set, a), UPLINK_USE_ALL | UPLINK_USE_VXLAN);
  ASSERT_TRUE(set->remove(std::vector{a}).ok());
  EXPECT_EQ(use(*set, a), UPLINK_USE_VXLAN);
  ASSERT_TRUE(set->add(std::vector{a}).ok());
  ASSERT_TRUE(set->set_tunnel_endpoint({}).ok());
  EXPECT_EQ(use(*set, a), UPLINK_USE_ALL);
}

TEST_F(TunnelEndpoint, AddressThatTheKernelRefusesUndoesTheRequest) {
  auto set = make(8);
  ASSERT_TRUE(set);
  // Somebody else fills the map behind the set's back.
  for (const auto& address : many_ipv4(7)) {
    const std::uint32_t value = UPLINK_USE_ALL;
    ASSERT_EQ(bpf_map_update_elem(set->map(), &address, &value, BPF_ANY), 0);
  }
  std::vector<Ipv4> fresh;
  for (std::uint32_t i = 0; i < 8; ++i) fresh.push_back(Ipv4::from_host(0x0a000000 + i));
  const auto refused = set->add(fresh);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::io);
  EXPECT_EQ(set->size(), 0U);
  for (const auto& address : fresh) EXPECT_EQ(use(*set, address), 0U);
}

}  // namespace
}  // namespace vipswitch::testing
