// Every drop reason is triggered once, by the function that has its name: without one this does not compile.

#include <ostream>
#include <rte_mbuf.h>

#include "dataplane/pipeline.h"
#include "dataplane/stage/guard.h"
#include "dataplane/stage/nat.h"
#include "dataplane/stage/parse.h"
#include "dataplane/stage/resolve.h"
#include "dataplane/stage/tx.h"
#include "tests/stage/dhcp_frames.h"
#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;
constexpr Ipv4 kNobody{10, 77, 0, 50};
constexpr Mac kNobodysMac{0x52, 0x54, 0, 0x77, 0, 0x99};

namespace trigger {

// --- parse

Frame with_ip_header(const Ipv4Fields& fields) {
  return from_vm(kVm1, kVm2.mac).ipv4(fields).counting_payload(16).build();
}

void truncated(Shop& shop) {
  shop.expect_drop(DropReason::truncated, kVm1, Frame(13));
}
void ipv4_bad_version(Shop& shop) {
  shop.expect_drop(DropReason::ipv4_bad_version, kVm1, with_ip_header({.source = kVm1.ip, .version = 5}));
}
void ipv4_bad_header_length(Shop& shop) {
  shop.expect_drop(DropReason::ipv4_bad_header_length, kVm1,
                   with_ip_header({.source = kVm1.ip, .header_length = 16}));
}
void ipv4_bad_total_length(Shop& shop) {
  shop.expect_drop(DropReason::ipv4_bad_total_length, kVm1,
                   with_ip_header({.source = kVm1.ip, .total_length = 37}));
}
void ipv4_bad_checksum(Shop& shop) {
  shop.expect_drop(DropReason::ipv4_bad_checksum, kVm1,
                   with_ip_header({.source = kVm1.ip, .checksum = Checksum::kWrong}));
}
void vlan_tagged(Shop& shop) {
  shop.expect_drop(DropReason::vlan_tagged, kUplink,
                   from_router().vlan({.id = 5}).ipv4({.destination = W::kVm3Eip}).build());
}
Frame with_ipv6_header(const Ipv6Fields& fields) {
  return from_vm(kVm1, kVm2.mac).ipv6(fields).counting_payload(16).build();
}

void ipv6_bad_version(Shop& shop) {
  shop.expect_drop(DropReason::ipv6_bad_version, kVm1,
                   with_ipv6_header({.source = W6::kVm1Ip, .version = 4}));
}
void ipv6_bad_length(Shop& shop) {
  shop.expect_drop(DropReason::ipv6_bad_length, kVm1,
                   with_ipv6_header({.source = W6::kVm1Ip, .payload_length = 17}));
}
void ipv6_bad_extensions(Shop& shop) {
  PacketBuilder builder = from_vm(kVm1, kVm2.mac).ipv6({.source = W6::kVm1Ip, .destination = W6::kVm2Ip});
  for (int i = 0; i < 9; ++i) builder.ipv6_extension({});
  shop.expect_drop(DropReason::ipv6_bad_extensions, kVm1, builder.udp({}).build());
}
void not_ip_or_arp(Shop& shop) {
  constexpr std::uint16_t kLldp = 0x88cc;
  shop.expect_drop(DropReason::not_ip_or_arp, kUplink,
                   PacketBuilder()
                       .ethernet({.destination = W::kUplinkMac, .source = W::kRouterMac, .type = kLldp})
                       .counting_payload(40)
                       .build());
}

// --- guard

void spoofed_mac(Shop& shop) {
  shop.expect_drop(DropReason::spoofed_mac, kVm1,
                   datagram({kVm1.port, kNobodysMac, kVm1.ip}, kVm1.ip, kVm2.ip, kVm2.mac));
}
void spoofed_ip(Shop& shop) {
  shop.expect_drop(DropReason::spoofed_ip, kVm1, datagram(kVm1, kNobody, kVm2.ip, kVm2.mac));
}
void spoofed_arp(Shop& shop) {
  shop.expect_drop(DropReason::spoofed_arp, kVm1, announcement(kVm1, kNobody));
}
void arp_bad(Shop& shop) {
  shop.expect_drop(
      DropReason::arp_bad, kVm1,
      from_vm(kVm1, Mac::broadcast())
          .arp({.sender_mac = kVm1.mac, .sender_ip = kVm1.ip, .target_ip = kVm2.ip, .hardware_type = 6})
          .build());
}
void spoofed_nd(Shop6& shop) {
  shop.expect_drop(DropReason::spoofed_nd, kVm1, announcement6(kVm1, W6::kVm1Ip, v6(0x77, 0x50)));
}
void nd_bad(Shop6& shop) {
  const Ipv6 group = W6::kVm2Ip.solicited_node();
  shop.expect_drop(DropReason::nd_bad, kVm1,
                   from_vm(kVm1, Mac::of_multicast(group))
                       .ipv6({.source = W6::kVm1Ip, .destination = group, .hop_limit = 254})
                       .neighbour({.target = W6::kVm2Ip, .mac = kVm1.mac})
                       .build());
}
void ra_guard(Shop6& shop) {
  shop.expect_drop(
      DropReason::ra_guard, kVm1,
      from_vm(kVm1, Mac::of_multicast(Ipv6::all_nodes()))
          .ipv6({.source = link_local_of(kVm1.mac), .destination = Ipv6::all_nodes(), .hop_limit = 255})
          .icmp6({.type = wire::kIcmp6RouterAdvertisement})
          .counting_payload(0)
          .payload(std::vector<std::uint8_t>(8))
          .build());
}
void foreign_mac(Shop& shop) {
  shop.expect_drop(DropReason::foreign_mac, kUplink,
                   PacketBuilder()
                       .ethernet({.destination = kNobodysMac, .source = W::kRouterMac})
                       .ipv4({.source = W::kClient, .destination = W::kVm3Eip})
                       .udp({})
                       .build());
}
void claim_unbound(Shop& shop) {
  shop.expect_drop(DropReason::claim_unbound, kVm3, announcement(kVm3, W::kFront));
}
void claim_gateway(Shop& shop) {
  shop.expect_drop(DropReason::claim_gateway, kVm3, announcement(kVm3, W::kWebGateway));
}
void claim_foreign(Shop& shop) {
  shop.expect_drop(DropReason::claim_foreign, kVm3, announcement(kVm3, kVm1.ip));
}

// --- snoop

void vrrp_guard(Shop& shop) {
  shop.elect(kVm1);
  shop.expect_drop(DropReason::vrrp_guard, kVm3, advert(kVm3, 255, {}));
}
void vrrp_src_spoof(Shop& shop) {
  shop.expect_drop(DropReason::vrrp_src_spoof, kVm1, advert({kVm1.port, kVm1.mac, W::kFront}));
}
void vrrp_filtered(Shop& shop) {
  ASSERT_TRUE(shop.vswitch.service().set_port(kVm1.port, {.vrrp_filter = VrrpFilter::kIn}));
  shop.expect_drop(DropReason::vrrp_filtered, kVm1, advert(kVm1));
}
void arp_unknown_target(Shop& shop) {
  shop.expect_drop(DropReason::arp_unknown_target, kVm1, arp_request(kVm1, kNobody));
}
void arp_no_owner(Shop& shop) {
  shop.expect_drop(DropReason::arp_no_owner, kVm3, arp_request(kVm3, W::kFront));
}
void arp_not_answered(Shop& shop) {
  shop.elect(kVm1);
  shop.expect_drop(DropReason::arp_not_answered, kVm1, arp_request(kVm1, W::kFront));
}

void nd_unknown_target(Shop6& shop) {
  shop.expect_drop(DropReason::nd_unknown_target, kVm1, solicitation(kVm1, W6::kVm1Ip, v6(0x77, 0x50)));
}
void nd_no_owner(Shop6& shop) {
  shop.expect_drop(DropReason::nd_no_owner, kVm3, solicitation(kVm3, W6::kVm3Ip, W6::kFront));
}
void nd_not_answered(Shop6& shop) {
  shop.elect6(kVm1);
  shop.expect_drop(DropReason::nd_not_answered, kVm1, solicitation(kVm1, W6::kVm1Ip, W6::kFront));
}
void no_router(Shop6& shop) {
  Service& service = shop.vswitch.service();
  constexpr Vm kOld{"old-eth0", Mac(0x52, 0x54, 0, 0x77, 2, 0x11), Ipv4(10, 77, 2, 11)};
  ASSERT_TRUE(service
                  .add(model::Subnet{.name = "legacy",
                                     .vpc = "shop",
                                     .ipv4 = Ipv4Prefix{Ipv4(10, 77, 2, 0), 24},
                                     .gateway = Ipv4(10, 77, 2, 1)})
                  .ok());
  model::Port port;
  port.name = kOld.port;
  port.instance = "old";
  port.subnet = "legacy";
  port.mac = kOld.mac;
  port.ipv4 = kOld.ip;
  port.device = shop.vswitch.next_device();
  shop.vswitch.settle();
  ASSERT_TRUE(service.add(port).ok());
  shop.vswitch.settle();
  shop.expect_drop(DropReason::no_router, kOld, router_solicitation(kOld));
}

// --- nat

void unknown_eip(Shop& shop) {
  shop.expect_drop(DropReason::unknown_eip, kUplink, datagram_from_internet({203, 0, 113, 99}));
}
void not_for_uplink(Shop& shop) {
  shop.expect_drop(DropReason::not_for_uplink, kUplink, datagram_from_internet(W::kUplinkIp));
}
void martian_source(Shop& shop) {
  shop.expect_drop(DropReason::martian_source, kUplink,
                   from_router().ipv4({.source = {127, 0, 0, 1}, .destination = W::kVm3Eip}).udp({}).build());
}
void eip_unbound(Shop& shop) {
  ASSERT_TRUE(shop.vswitch.service().unbind_eip("vm3-public"));
  shop.expect_drop(DropReason::eip_unbound, kUplink, datagram_from_internet(W::kVm3Eip));
}
void no_eip(Shop& shop) {
  shop.expect_drop(DropReason::no_eip, kVm1, datagram(kVm1, kVm1.ip, W::kClient));
}
void eip_not_owner(Shop& shop) {
  shop.elect(kVm1);
  shop.expect_drop(DropReason::eip_not_owner, kVm2, datagram(kVm2, W::kFront, W::kClient));
}
void eip_rate(Shop& shop) {
  ASSERT_TRUE(shop.vswitch.service().set_eip_rates("vm3-public", {.out_mbps = 1, .burst_kb = 16}));
  shop.vswitch.settle();
  const Frame frame = datagram(kVm3, kVm3.ip, W::kClient);
  while (!shop.inject(kVm3, frame).empty()) {
  }
  shop.expect_drop(DropReason::eip_rate, kVm3, frame);
}
void port_rate(Shop& shop) {
  ASSERT_TRUE(shop.vswitch.service().set_port("vm3-eth0", {.rate_mbps = 1, .burst_kb = 16}));
  shop.vswitch.settle();
  const Frame frame = datagram(kVm3, kVm3.ip, kVm1.ip, kVm1.mac);
  while (!shop.inject(kVm3, frame).empty()) {
  }
  shop.expect_drop(DropReason::port_rate, kVm3, frame);
}
void ttl_exceeded(Shop& shop) {
  shop.expect_drop(
      DropReason::ttl_exceeded, kVm3,
      from_vm(kVm3, kGatewayMac).ipv4({.source = kVm3.ip, .destination = W::kClient, .ttl = 1}).build());
}
void l4_truncated(Shop& shop) {
  constexpr std::uint8_t kTcp = 6;
  shop.expect_drop(DropReason::l4_truncated, kUplink,
                   from_router()
                       .ipv4({.source = W::kClient, .destination = W::kVm3Eip, .protocol = kTcp})
                       .counting_payload(17)
                       .build());
}
void icmp_link_scoped(Shop& shop) {
  shop.expect_drop(DropReason::icmp_link_scoped, kUplink,
                   from_router()
                       .ipv4({.source = W::kClient, .destination = W::kVm3Eip})
                       .icmp({.type = wire::kIcmpRedirect})
                       .counting_payload(28)
                       .build());
}
// It quotes a packet that somebody else has sent.
void icmp_bad_quote(Shop& shop) {
  shop.expect_drop(DropReason::icmp_bad_quote, kUplink,
                   from_router()
                       .ipv4({.source = W::kClient, .destination = W::kVm3Eip})
                       .icmp({.type = wire::kIcmpTimeExceeded})
                       .ipv4({.source = kNobody, .destination = W::kClient})
                       .udp({})
                       .build());
}
void unroutable(Shop& shop) {
  shop.expect_drop(DropReason::unroutable, kVm3, datagram(kVm3, kVm3.ip, {127, 0, 0, 1}));
}
void blackhole(Shop& shop) {
  const model::Route route{"shop", Ipv4Prefix{{192, 0, 2, 0}, 24}, {model::ViaKind::kBlackhole}};
  ASSERT_TRUE(shop.vswitch.service().add(route));
  shop.expect_drop(DropReason::blackhole, kVm3, datagram(kVm3, kVm3.ip, W::kClient));
}
void no_uplink(Shop& shop) {
  ASSERT_TRUE(shop.vswitch.service().remove_uplink());
  shop.expect_drop(DropReason::no_uplink, kVm3, datagram(kVm3, kVm3.ip, W::kClient));
}
void next_hop_unresolved(Shop& shop) {
  shop.expect_drop(DropReason::next_hop_unresolved, kVm3, datagram(kVm3, kVm3.ip, {198, 51, 100, 77}));
}

// --- resolve

void havip_no_owner(Shop& shop) {
  shop.expect_drop(DropReason::havip_no_owner, kUplink, datagram_from_internet(W::kFrontEip));
}
void unknown_destination(Shop& shop) {
  shop.expect_drop(DropReason::unknown_destination, kVm1, datagram(kVm1, kVm1.ip, kNobody));
}
void unknown_mac(Shop& shop) {
  shop.expect_drop(DropReason::unknown_mac, kVm1, datagram(kVm1, kVm1.ip, kNobody, kNobodysMac));
}
void not_for_gateway(Shop& shop) {
  shop.expect_drop(DropReason::not_for_gateway, kVm1, datagram(kVm1, kVm1.ip, W::kWebGateway));
}
void unroutable_source(Shop& shop) {
  shop.expect_drop(DropReason::unroutable_source, kVm1, datagram6(kVm1, link_local_of(kVm1.mac), W6::kDb1Ip));
}
void hairpin(Shop& shop) {
  shop.expect_drop(DropReason::hairpin, kVm1, datagram(kVm1, kVm1.ip, kVm1.ip));
}
void flood_rate(Shop& shop) {
  constexpr unsigned kBurst = 100;
  const Frame broadcast = announcement(kVm3, kVm3.ip);
  ASSERT_EQ(Settings().flood_pps % kBurst, 0u);
  for (unsigned left = Settings().flood_pps; left != 0; left -= kBurst) {
    shop.inject(kVm3, std::vector<Frame>(kBurst, broadcast));
  }
  ASSERT_EQ(shop.vswitch.drops(), 0u);
  shop.expect_drop(DropReason::flood_rate, kVm3, broadcast);
}
void dhcp_bad(Shop& shop) {
  shop.expect_drop(DropReason::dhcp_bad, kVm1, dhcp_broadcast(kVm1, {.type = wire::kDhcpOffer}));
}
void dhcp_relayed(Shop& shop) {
  shop.expect_drop(DropReason::dhcp_relayed, kVm1, dhcp_broadcast(kVm1, {.relay = kNobody}));
}
void dhcp_foreign_client(Shop& shop) {
  shop.expect_drop(DropReason::dhcp_foreign_client, kVm1, dhcp_broadcast(kVm1, {.mac = kNobodysMac}));
}

// --- tx

void no_receiver(Shop& shop) {
  shop.expect_drop(DropReason::no_receiver, kDb1, announcement(kDb1, kDb1.ip));
}
void port_gone(Shop& shop) {
  InProcessSwitch& vswitch = shop.vswitch;
  Batch batch;
  fill_exactly(vswitch, batch, kVm1.port, {datagram(kVm1, kVm1.ip, kVm3.ip, kVm3.mac)});
  begin_burst(vswitch, batch);
  stage::parse(vswitch.worker(), batch);
  stage::guard(vswitch.worker(), batch);
  stage::nat(vswitch.worker(), batch);
  stage::resolve(vswitch.worker(), batch);
  ASSERT_TRUE(vswitch.service().unbind_eip("vm3-public"));
  ASSERT_TRUE(vswitch.service().unbind_eip("vm3-public6"));
  ASSERT_TRUE(vswitch.service().remove_port(kVm3.port));
  stage::tx(vswitch.worker(), batch);
  EXPECT_THAT(vswitch.take_sent(), ::testing::IsEmpty());
  EXPECT_EQ(vswitch.drops(DropReason::port_gone), 1u);
}
void mtu_exceeded(Shop& shop) {
  shop.expect_drop(DropReason::mtu_exceeded, kVm1,
                   from_vm(kVm1, kVm2.mac)
                       .ipv4({.source = kVm1.ip, .destination = kVm2.ip, .dont_fragment = true})
                       .udp({})
                       .counting_payload(1500)
                       .build());
}
void tx_queue_full(Shop& shop) {
  constexpr unsigned kBursts = 3;
  static_assert(kBursts * kMaxBurst == PortLane::kCapacity + 64);
  const std::vector<Frame> frames(kMaxBurst, datagram(kVm1, kVm1.ip, kVm2.ip, kVm2.mac));
  for (unsigned i = 0; i < kBursts; ++i) {
    Batch batch;
    fill_exactly(shop.vswitch, batch, kVm1.port, frames);
    begin_burst(shop.vswitch, batch);
    run_pipeline(shop.vswitch.worker(), batch);
  }
  EXPECT_EQ(shop.vswitch.take_sent().size(), PortLane::kCapacity);
  EXPECT_EQ(shop.vswitch.drops(DropReason::tx_queue_full), 64u);
}
void no_mbuf(Shop& shop) {
  Batch batch;
  fill_exactly(shop.vswitch, batch, kVm3.port, {announcement(kVm3, kVm3.ip)});
  begin_burst(shop.vswitch, batch);
  std::vector<rte_mbuf*> taken;
  while (rte_mbuf* mbuf = rte_pktmbuf_alloc(shop.vswitch.worker().pool)) taken.push_back(mbuf);
  run_pipeline(shop.vswitch.worker(), batch);
  for (rte_mbuf* mbuf : taken) rte_pktmbuf_free(mbuf);
  // Two receivers: the copy is missing, the packet itself still goes to the last one.
  EXPECT_EQ(shop.vswitch.take_sent().size(), 1u);
  EXPECT_EQ(shop.vswitch.drops(DropReason::no_mbuf), 1u);
}

}  // namespace trigger

struct Case {
  DropReason reason;
  void (*trigger)(Shop6&);
};

constexpr Case kCases[] = {
#define DROP_REASON(name, stage, help) {DropReason::name, [](Shop6& shop) { trigger::name(shop); }},
#include "vipswitch/drop_reasons.def"
#undef DROP_REASON
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << vipswitch::info(one.reason).name;
}

// At a port that sent it or was to receive it; a port that is gone keeps no counters.
std::uint64_t counted_at_ports(Shop& shop, DropReason reason) {
  std::uint64_t total = 0;
  for (const PortStatus& port : shop.vswitch.runtime().ports()) {
    for (const PortDropCount& count : port.drop_counts) {
      if (count.reason == reason) total += count.packets + count.tx_packets;
    }
  }
  return total;
}

class EveryDropReason : public ::testing::TestWithParam<Case> {};

TEST_P(EveryDropReason, IsTriggeredAndConservesPackets) {
  Shop6 shop;
  GetParam().trigger(shop);
  const DropReason reason = GetParam().reason;
  EXPECT_GT(shop.vswitch.drops(reason), 0u);
  if (reason != DropReason::port_gone) {
    EXPECT_EQ(counted_at_ports(shop, reason), shop.vswitch.drops(reason));
  }
  EXPECT_TRUE(shop.is_conserved());
}

INSTANTIATE_TEST_SUITE_P(Pipeline, EveryDropReason, ::testing::ValuesIn(kCases), [](const auto& instance) {
  return std::string(vipswitch::info(instance.param.reason).name);
});

}  // namespace
}  // namespace vipswitch::testing
