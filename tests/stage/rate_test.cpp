// Rates of EIPs, each direction on its own, and of ports; time is the test's.

#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

class RateTest : public Shop6Test {
 protected:
  void limit_eip(std::string_view eip, const model::RatesChange& change) {
    ASSERT_TRUE(vswitch.service().set_eip_rates(eip, change));
    vswitch.settle();
  }
  void limit_port(std::string_view port, const model::PortChange& change) {
    ASSERT_TRUE(vswitch.service().set_port(port, change));
    vswitch.settle();
  }
  // How many of the frames, offered at once, leave by the port.
  unsigned passed(std::string_view from, std::string_view to, const Frame& frame, unsigned offered) {
    unsigned count = 0;
    for (unsigned i = 0; i < offered; ++i) {
      for (const Sent& sent : inject(from, frame)) count += sent.port == to;
    }
    return count;
  }
  static Frame from_internet(std::size_t ip_bytes) {
    return from_router()
        .ipv4({.source = W::kClient, .destination = W::kVm3Eip})
        .udp({})
        .counting_payload(ip_bytes - 28)
        .build();
  }
  static Frame to_internet(std::size_t ip_bytes) {
    return from_vm(kVm3, kGatewayMac)
        .ipv4({.source = kVm3.ip, .destination = W::kClient})
        .udp({})
        .counting_payload(ip_bytes - 28)
        .build();
  }
};

TEST_F(RateTest, EipPassesItsBurstThenItsRate) {
  limit_eip("vm3-public", {.in_mbps = 8, .burst_kb = 16});  // 1000 bytes a millisecond
  EXPECT_EQ(passed(kUplink, kVm3.port, from_internet(1000), 30), 16u);
  EXPECT_EQ(vswitch.drops(DropReason::eip_rate), 14u);
  vswitch.advance_to(vswitch.now() + 5);
  EXPECT_EQ(passed(kUplink, kVm3.port, from_internet(1000), 30), 5u);
}

TEST_F(RateTest, DirectionsAreApart) {
  limit_eip("vm3-public", {.out_mbps = 8, .burst_kb = 16});
  EXPECT_EQ(passed(kUplink, kVm3.port, from_internet(1000), 100), 100u);
  EXPECT_EQ(passed(kVm3.port, kUplink, to_internet(1000), 100), 16u);
  limit_eip("vm3-public", {.in_mbps = 8});
  EXPECT_EQ(passed(kUplink, kVm3.port, from_internet(1000), 100), 16u);
}

TEST_F(RateTest, LengthIsThatOfTheIpPacket) {
  limit_eip("vm3-public", {.in_mbps = 8, .burst_kb = 16});
  Frame padded = from_internet(40);
  padded.resize(60);
  EXPECT_EQ(passed(kUplink, kVm3.port, padded, 500), 400u);
}

TEST_F(RateTest, OtherEipsAndFamiliesAreNotTouched) {
  elect(kVm1);
  limit_eip("vm3-public", {.in_mbps = 8, .out_mbps = 8, .burst_kb = 16});
  EXPECT_EQ(passed(kUplink, kVm1.port, datagram_from_internet(W::kFrontEip), 1000), 1000u);
  EXPECT_EQ(passed(kUplink, kVm3.port, datagram6_from_internet(W6::kVm3Eip), 1000), 1000u);
}

TEST_F(RateTest, HavipsEipIsLimitedWhoeverOwnsIt) {
  elect(kVm1);
  elect6(kVm1);
  limit_eip("front-public6", {.in_mbps = 8, .out_mbps = 8, .burst_kb = 16});
  const Frame in = datagram6_from_internet(W6::kFrontEip);
  const auto before = passed(kUplink, kVm1.port, in, 10'000);
  EXPECT_LT(before, 10'000u);
  elect6(kVm2);
  EXPECT_EQ(passed(kUplink, kVm2.port, in, 100), 0u);
  const Frame out = datagram6(kVm2, W6::kFront, W6::kClient);
  EXPECT_EQ(passed(kVm2.port, kUplink, out, 10'000), before);
}

// A change of anything else makes new rows; what was used up stays so.
TEST_F(RateTest, RebindingGivesNoNewBurst) {
  limit_eip("vm3-public", {.in_mbps = 8, .burst_kb = 16});
  passed(kUplink, kVm3.port, from_internet(1000), 30);
  ASSERT_TRUE(vswitch.service().unbind_eip("vm3-public"));
  vswitch.settle();
  ASSERT_TRUE(vswitch.service().bind_eip("vm3-public", {model::TargetKind::kPort, std::string(kVm3.port)}));
  vswitch.settle();
  EXPECT_EQ(passed(kUplink, kVm3.port, from_internet(1000), 10), 0u);
}

TEST_F(RateTest, WithoutRateEverythingPassesAgain) {
  limit_eip("vm3-public", {.in_mbps = 8, .burst_kb = 16});
  passed(kUplink, kVm3.port, from_internet(1000), 30);
  limit_eip("vm3-public",
            {.in_mbps = std::optional<std::uint32_t>(), .burst_kb = std::optional<std::uint32_t>()});
  EXPECT_EQ(passed(kUplink, kVm3.port, from_internet(1000), 100), 100u);
}

// From EIP to EIP counts at both.
TEST_F(RateTest, HairpinCountsAtBothEnds) {
  elect(kVm1);
  limit_eip("vm3-public", {.out_mbps = 8, .burst_kb = 16});
  const Frame frame = from_vm(kVm3, kGatewayMac)
                          .ipv4({.source = kVm3.ip, .destination = W::kFrontEip})
                          .udp({})
                          .counting_payload(972)
                          .build();
  EXPECT_EQ(passed(kVm3.port, kVm1.port, frame, 30), 16u);
  limit_eip("vm3-public",
            {.out_mbps = std::optional<std::uint32_t>(), .burst_kb = std::optional<std::uint32_t>()});
  limit_eip("front-public", {.in_mbps = 8, .burst_kb = 17});
  EXPECT_EQ(passed(kVm3.port, kVm1.port, frame, 30), 17u);
}

// What the receiver's EIP refuses leaves the sender's credit for others.
TEST_F(RateTest, HairpinThatIsRefusedCostsTheSenderNothing) {
  elect(kVm1);
  limit_eip("vm3-public", {.out_mbps = 8, .burst_kb = 32});
  limit_eip("front-public", {.in_mbps = 8, .burst_kb = 16});
  const Frame frame = from_vm(kVm3, kGatewayMac)
                          .ipv4({.source = kVm3.ip, .destination = W::kFrontEip})
                          .udp({})
                          .counting_payload(972)
                          .build();
  EXPECT_EQ(passed(kVm3.port, kVm1.port, frame, 100), 16u);
  EXPECT_EQ(passed(kVm3.port, kUplink, to_internet(1000), 100), 16u);
}

TEST_F(RateTest, PortSendsAtItsRate) {
  limit_port(kVm3.port, {.rate_mbps = 8, .burst_kb = 16});
  const Frame frame = from_vm(kVm3, kVm1.mac)
                          .ipv4({.source = kVm3.ip, .destination = kVm1.ip})
                          .udp({})
                          .counting_payload(972)
                          .build();
  EXPECT_EQ(passed(kVm3.port, kVm1.port, frame, 30), 16u);
  EXPECT_EQ(vswitch.drops(DropReason::port_rate), 14u);
  // What it receives is not limited, nor what is no IP.
  EXPECT_EQ(passed(kVm1.port, kVm3.port, datagram(kVm1, kVm1.ip, kVm3.ip, kVm3.mac), 100), 100u);
  EXPECT_EQ(inject(kVm3, arp_request(kVm3, W::kWebGateway)).size(), 1u);
}

TEST_F(RateTest, ClaimsAreNeverDropped) {
  limit_port(kVm1.port, {.rate_mbps = 1, .burst_kb = 16});
  const Frame data = datagram(kVm1, kVm1.ip, kVm3.ip, kVm3.mac);
  while (passed(kVm1.port, kVm3.port, data, 1) == 1) {
  }
  elect(kVm1);
  EXPECT_EQ(vswitch.owner("front"), kVm1.port);
  elect6(kVm1);
  EXPECT_EQ(owner6(), kVm1.port);
}

// keepalived's unicast_peer, and adverts over IPv6: a peer that misses them makes itself master.
TEST_F(RateTest, AdvertsReachTheirPeersAtAnyRate) {
  limit_port(kVm1.port, {.rate_mbps = 1, .burst_kb = 16});
  const Frame data = datagram(kVm1, kVm1.ip, kVm3.ip, kVm3.mac);
  while (passed(kVm1.port, kVm3.port, data, 1) == 1) {
  }
  const Frame unicast = from_vm(kVm1, kVm2.mac)
                            .ipv4(vrrp_ipv4(kVm1.ip, kVm2.ip))
                            .vrrp3({.vrid = kVrid, .priority = 150, .addresses = {W::kFront}})
                            .build();
  EXPECT_EQ(passed(kVm1.port, kVm2.port, unicast, 1), 1u);
  const Frame over_ipv6 = from_vm(kVm1, Mac::of_multicast(wire::kVrrpGroup6))
                              .ipv6(vrrp_ipv6(link_local_of(kVm1.mac)))
                              .vrrp3({.vrid = kVrid})
                              .build();
  EXPECT_EQ(passed(kVm1.port, kVm2.port, over_ipv6, 1), 1u);
}

}  // namespace
}  // namespace vipswitch::testing
