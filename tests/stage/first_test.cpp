#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::testing {
namespace {

TEST(Pipeline, AdvertMovesDataOfTheSameBurst) {
  InProcessSwitch vswitch;
  ShopWorld::build(vswitch);
  using W = ShopWorld;
  const Frame advert = PacketBuilder()
                           .ethernet({.destination = Mac(1, 0, 0x5e, 0, 0, 18), .source = W::kVm1})
                           .ipv4(vrrp_ipv4(W::kVm1Ip))
                           .vrrp2({.vrid = 51, .priority = 150, .addresses = {W::kFront}})
                           .build();
  const auto sent = vswitch.inject("vm1-eth0", advert);
  EXPECT_EQ(vswitch.owner("front"), "vm1-eth0");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].port, "vm2-eth0");
  const Frame data = PacketBuilder()
                         .ethernet({.destination = W::kUplinkMac, .source = W::kRouterMac})
                         .ipv4({.source = W::kClient, .destination = W::kFrontEip})
                         .udp({.source_port = 1, .destination_port = 2})
                         .payload("x")
                         .build();
  const auto delivered = vswitch.inject("uplink", data);
  ASSERT_EQ(delivered.size(), 1u);
  EXPECT_EQ(delivered[0].port, "vm1-eth0");
  EXPECT_TRUE(vswitch.is_conserved());
}

}  // namespace
}  // namespace vipswitch::testing
