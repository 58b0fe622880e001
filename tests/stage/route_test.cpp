// Routes of VPCs: what becomes of packets to the gateway whose destination is on no subnet, and what a port
// that forwards may send.

#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;
using model::ViaKind;

constexpr Ipv4 kOffice{172, 16, 5, 5};
constexpr Ipv4Prefix kOffices{{172, 16, 0, 0}, 12}, kEverything{};
constexpr Ipv6 kOffice6 = v6(0x5555, 5);
constexpr Ipv6Prefix kOffices6{v6(0x5555, 0), 48}, kEverything6{};

class RouteTest : public Shop6Test {
 protected:
  void add_route(const IpPrefix& to, model::RouteVia via) {
    const auto added = vswitch.service().add(model::Route{"shop", to, std::move(via)});
    ASSERT_TRUE(added) << added.error().message;
  }
  void forward(const Vm& vm, bool forwards = true) {
    ASSERT_TRUE(vswitch.service().set_port(vm.port, {.forwards = forwards}));
    vswitch.settle();
  }
  // The frame is delivered to the port, by the gateway, with its IPv4 TTL decremented.
  void expect_routed(const Frame& frame, const Vm& from, const Vm& to, const Mac& mac) {
    const Sent sent = sent_for(from.port, frame);
    EXPECT_EQ(sent.port, to.port);
    ASSERT_GE(sent.frame.size(), 34u);
    Frame wanted = frame;
    std::copy(mac.bytes().begin(), mac.bytes().end(), wanted.begin());
    std::copy(kGatewayMac.bytes().begin(), kGatewayMac.bytes().end(), wanted.begin() + 6);
    const bool is_ipv6 = frame[12] == 0x86;
    --wanted[is_ipv6 ? 21 : 22];
    if (!is_ipv6) std::copy_n(sent.frame.begin() + 24, 2, wanted.begin() + 24);  // proven by sent_for()
    EXPECT_EQ(sent.frame, wanted);
  }
};

TEST_F(RouteTest, ToAPortIsDeliveredByTheGateway) {
  add_route(kOffices, {ViaKind::kPort, "vm3-eth0"});
  add_route(kOffices6, {ViaKind::kPort, "vm3-eth0"});
  expect_routed(datagram(kVm1, kVm1.ip, kOffice), kVm1, kVm3, kVm3.mac);
  expect_routed(datagram6(kVm1, W6::kVm1Ip, kOffice6), kVm1, kVm3, kVm3.mac);
  // From another subnet, too.
  expect_routed(datagram(kDb1, kDb1.ip, kOffice), kDb1, kVm3, kVm3.mac);
}

TEST_F(RouteTest, ToAHavipFollowsItsOwner) {
  add_route(kOffices, {ViaKind::kHavip, "front"});
  add_route(kOffices6, {ViaKind::kHavip, "front"});
  expect_drop(DropReason::havip_no_owner, kDb1, datagram(kDb1, kDb1.ip, kOffice));
  elect(kVm1);
  elect6(kVm1);
  expect_routed(datagram(kDb1, kDb1.ip, kOffice), kDb1, kVm1, kVm1.mac);
  expect_routed(datagram6(kDb1, W6::kDb1Ip, kOffice6), kDb1, kVm1, kVm1.mac);
  elect(kVm2, 200);
  elect6(kVm2);
  expect_routed(datagram(kDb1, kDb1.ip, kOffice), kDb1, kVm2, kVm2.mac);
  expect_routed(datagram6(kDb1, W6::kDb1Ip, kOffice6), kDb1, kVm2, kVm2.mac);
}

// Who shares one HAVIP is no next hop of the routes to another.
TEST_F(RouteTest, MemberOfAHavipIsRoutedToAnother) {
  ASSERT_TRUE(vswitch.service().add(model::Havip{"back", "web", Ipv4(10, 77, 0, 101), {}, {"vm3-eth0"}}));
  add_route(kOffices, {ViaKind::kHavip, "back"});
  elect(kVm1);
  inject(kVm3, announcement(kVm3, {10, 77, 0, 101}));
  expect_routed(datagram(kVm1, kVm1.ip, kOffice), kVm1, kVm3, kVm3.mac);
}

TEST_F(RouteTest, BlackholeDropsAndAMoreSpecificRouteDoesNot) {
  add_route(kOffices, {ViaKind::kBlackhole});
  add_route(kOffices6, {ViaKind::kBlackhole});
  add_route(Ipv4Prefix{{172, 16, 6, 0}, 24}, {ViaKind::kInternet});
  expect_drop(DropReason::blackhole, kVm3, datagram(kVm3, kVm3.ip, kOffice));
  expect_drop(DropReason::blackhole, kVm3, datagram6(kVm3, W6::kVm3Ip, kOffice6));
  EXPECT_EQ(inject(kVm3, datagram(kVm3, kVm3.ip, W::kClient)).at(0).port, kUplink);
  const auto sent = vswitch.drops(DropReason::next_hop_unresolved);
  EXPECT_EQ(inject(kVm3, datagram(kVm3, kVm3.ip, {172, 16, 6, 1})).at(0).port, kUplink);
  EXPECT_EQ(vswitch.drops(DropReason::next_hop_unresolved), sent);
}

TEST_F(RouteTest, SubnetsAreReachedWhateverContainsThem) {
  add_route(kEverything, {ViaKind::kBlackhole});
  add_route(kEverything6, {ViaKind::kBlackhole});
  expect_routed(datagram(kVm1, kVm1.ip, kDb1.ip), kVm1, kDb1, kDb1.mac);
  expect_routed(datagram6(kVm1, W6::kVm1Ip, W6::kDb1Ip), kVm1, kDb1, kDb1.mac);
  expect_drop(DropReason::unroutable, kVm1, datagram(kVm1, kVm1.ip, {127, 0, 0, 1}));
}

TEST_F(RouteTest, NextHopDoesNotSendToItself) {
  add_route(kEverything, {ViaKind::kHavip, "front"});
  add_route(kOffices, {ViaKind::kPort, "vm3-eth0"});
  elect(kVm1);
  expect_routed(datagram(kDb1, kDb1.ip, W::kClient), kDb1, kVm1, kVm1.mac);
  // The owner itself takes what the route covers, and so does who only stands by.
  EXPECT_EQ(inject(kVm1, datagram(kVm1, W::kFront, W::kClient)).at(0).port, kUplink);
  expect_drop(DropReason::no_eip, kVm2, datagram(kVm2, kVm2.ip, W::kClient));
  // From vm3 to the offices: the default route is next.
  expect_routed(datagram(kVm3, kVm3.ip, kOffice), kVm3, kVm1, kVm1.mac);
}

TEST_F(RouteTest, TtlEndsAtTheGateway) {
  add_route(kOffices, {ViaKind::kPort, "vm3-eth0"});
  expect_drop(DropReason::ttl_exceeded, kVm1,
              from_vm(kVm1, kGatewayMac)
                  .ipv4({.source = kVm1.ip, .destination = kOffice, .ttl = 1})
                  .udp({.source_port = 1, .destination_port = 2})
                  .build());
}

TEST_F(RouteTest, DeletedRouteIsGone) {
  add_route(kOffices, {ViaKind::kBlackhole});
  expect_drop(DropReason::blackhole, kVm3, datagram(kVm3, kVm3.ip, kOffice));
  ASSERT_TRUE(vswitch.service().remove_route("shop", kOffices));
  EXPECT_EQ(inject(kVm3, datagram(kVm3, kVm3.ip, kOffice)).at(0).port, kUplink);
}

TEST_F(RouteTest, VpcsWithTheSameAddressesKeepTheirRoutesApart) {
  Service& service = vswitch.service();
  ASSERT_TRUE(service.add(model::Vpc{"twin", Vni(1002)}));
  ASSERT_TRUE(service.add(model::Subnet{.name = "twin-web",
                                        .vpc = "twin",
                                        .ipv4 = Ipv4Prefix{Ipv4(10, 77, 0, 0), 24},
                                        .gateway = W::kWebGateway}));
  const Vm twin1{"twin1", kVm1.mac, kVm1.ip}, twin3{"twin3", kVm3.mac, kVm3.ip};
  for (const Vm& vm : {twin1, twin3}) {
    model::Port port;
    port.name = port.instance = std::string(vm.port);
    port.subnet = "twin-web";
    port.mac = vm.mac;
    port.ipv4 = vm.ip;
    port.device = vswitch.next_device();
    vswitch.settle();
    ASSERT_TRUE(service.add(port));
  }
  add_route(kOffices, {ViaKind::kBlackhole});
  ASSERT_TRUE(service.add(model::Route{"twin", kOffices, {ViaKind::kPort, "twin3"}}));
  expect_drop(DropReason::blackhole, kVm1, datagram(kVm1, kVm1.ip, kOffice));
  expect_routed(datagram(twin1, twin1.ip, kOffice), twin1, twin3, twin3.mac);
}

TEST_F(RouteTest, OnlyAPortThatForwardsSendsFromForeignAddresses) {
  const Frame foreign = datagram(kVm3, kOffice, kDb1.ip), foreign6 = datagram6(kVm3, kOffice6, W6::kDb1Ip);
  expect_drop(DropReason::spoofed_ip, kVm3, foreign);
  expect_drop(DropReason::spoofed_ip, kVm3, foreign6);
  forward(kVm3);
  expect_routed(foreign, kVm3, kDb1, kDb1.mac);
  expect_routed(foreign6, kVm3, kDb1, kDb1.mac);
  forward(kVm3, false);
  expect_drop(DropReason::spoofed_ip, kVm3, foreign);
}

// Linux asks for its gateway from the address that it is about to answer with.
TEST_F(RouteTest, WhatForwardsMayAskFromAnAddressBehindIt) {
  const auto ask = [](Ipv4 sender) {
    return from_vm(kVm3, Mac::broadcast()).arp_request(kVm3.mac, sender, W::kWebGateway).build();
  };
  expect_drop(DropReason::spoofed_arp, kVm3, ask(kOffice));
  forward(kVm3);
  EXPECT_EQ(inject(kVm3, ask(kOffice)).at(0).port, kVm3.port);
  expect_drop(DropReason::spoofed_arp, kVm3, ask({127, 0, 0, 1}));
  expect_drop(DropReason::claim_foreign, kVm3, ask(kVm1.ip));
  expect_drop(DropReason::spoofed_arp, kVm3,
              from_vm(kVm3, Mac::broadcast()).gratuitous_arp_request(kVm3.mac, kOffice).build());
}

TEST_F(RouteTest, WhatForwardsMakesNoClaimsAndSendsFromNoSpecialAddress) {
  forward(kVm3);
  for (const Ipv4 source : {Ipv4(), Ipv4(127, 0, 0, 1), Ipv4(224, 0, 0, 5), Ipv4::broadcast()})
    expect_drop(DropReason::spoofed_ip, kVm3, datagram(kVm3, source, kDb1.ip));
  for (const Ipv6& source : {Ipv6(), Ipv6::from_groups({0, 0, 0, 0, 0, 0, 0, 1}), Ipv6::all_nodes()})
    expect_drop(DropReason::spoofed_ip, kVm3, datagram6(kVm3, source, W6::kDb1Ip));
  expect_drop(DropReason::spoofed_ip, kVm3, datagram6(kVm3, kGatewayLinkLocal, W6::kDb1Ip));
  expect_drop(DropReason::claim_foreign, kVm3, announcement(kVm3, kVm1.ip));
  expect_drop(DropReason::claim_unbound, kVm3, announcement(kVm3));
  expect_drop(DropReason::spoofed_ip, kVm3, advert({kVm3.port, kVm3.mac, kVm1.ip}));
  expect_drop(DropReason::spoofed_ip, kVm3, solicitation(kVm3, W6::kVm1Ip, W6::kVm2Ip));
}

}  // namespace
}  // namespace vipswitch::testing
