// A switch with room for more ports than caches hold fetches their rows and lanes ahead (resolve, tx):
// nothing else about it is different.

#include "tests/stage/shop.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;

Settings with_room_for(std::uint32_t ports) {
  Settings settings = InProcessSwitch::small_settings();
  settings.tables.ports = ports;
  return settings;
}

class ManyPorts : public ::testing::Test {
 protected:
  // What both do with the burst, once they are seen to do the same.
  std::vector<Sent> inject(std::string_view port, const std::vector<Frame>& frames) {
    const auto sent = large.inject(port, frames);
    EXPECT_EQ(sent, small.inject(port, frames));
    EXPECT_EQ(large.vswitch.drops(), small.vswitch.drops());
    return sent;
  }
  void TearDown() override { EXPECT_TRUE(large.is_conserved()); }

  Shop small{Stack::kIpv4, with_room_for(kPortsInCache)};
  Shop large{Stack::kIpv4, with_room_for(kPortsInCache + 1)};
};

TEST_F(ManyPorts, PacketsGoWhereTheyGoWithFew) {
  ASSERT_LE(small.vswitch.tables().ports.capacity(), kPortsInCache);
  ASSERT_GT(large.vswitch.tables().ports.capacity(), kPortsInCache);
  const std::vector<Frame> to_eips{datagram_from_internet(W::kFrontEip), datagram_from_internet(W::kVm3Eip)};
  EXPECT_EQ(inject(kUplink, to_eips).size(), 1u) << "nobody owns front";
  inject(kVm1.port, {advert(kVm1)});
  EXPECT_EQ(inject(kUplink, to_eips).size(), 2u);
  const auto sent =
      inject(kVm1.port, {datagram(kVm1, kVm1.ip, kVm3.ip, kVm3.mac), datagram(kVm1, kVm1.ip, kDb1.ip),
                         datagram(kVm1, W::kFront, W::kClient), arp_request(kVm1, W::kWebGateway),
                         datagram(kVm1, kVm1.ip, Ipv4(10, 77, 0, 99)), announcement(kVm1)});
  EXPECT_GE(sent.size(), 5u);
  EXPECT_GE(large.vswitch.drops(), 2u);
}

TEST_F(ManyPorts, PortsThatAreGoneAreNotFetched) {
  inject(kVm1.port, {advert(kVm1)});
  for (Shop* shop : {&small, &large}) {
    ASSERT_TRUE(shop->vswitch.service().unbind_havip("front", std::string(kVm1.port)));
    ASSERT_TRUE(shop->vswitch.service().remove_port(std::string(kVm1.port)));
    shop->vswitch.settle();
  }
  EXPECT_TRUE(inject(kUplink, {datagram_from_internet(W::kFrontEip)}).empty());
  EXPECT_TRUE(inject(kVm2.port, {datagram(kVm2, kVm2.ip, kVm1.ip, kVm1.mac)}).empty());
}

}  // namespace
}  // namespace vipswitch::testing
