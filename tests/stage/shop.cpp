#include "tests/stage/shop.h"

#include <ostream>

#include "control/publish/registry.h"
#include "dataplane/owner_decision.h"

namespace vipswitch::testing {

void PrintTo(const Sent& sent, std::ostream* out) {
  *out << sent.port << ": " << to_hex(sent.frame);
}

PacketBuilder from_vm(const Vm& vm, const Mac& destination) {
  return PacketBuilder().ethernet({.destination = destination, .source = vm.mac});
}

PacketBuilder from_router() {
  return PacketBuilder().ethernet({.destination = ShopWorld::kUplinkMac, .source = ShopWorld::kRouterMac});
}

Frame advert(const Vm& vm, std::uint8_t priority, const std::vector<Ipv4>& addresses) {
  return advert(vm, {.vrid = kVrid, .priority = priority, .addresses = addresses});
}

Frame advert(const Vm& vm, const Vrrp2Fields& fields) {
  return from_vm(vm, kVrrpGroupMac).ipv4(vrrp_ipv4(vm.ip)).vrrp2(fields).build();
}

Frame announcement(const Vm& vm, Ipv4 address) {
  return from_vm(vm, Mac::broadcast()).gratuitous_arp_request(vm.mac, address).build();
}

Frame arp_request(const Vm& vm, Ipv4 target) {
  return from_vm(vm, Mac::broadcast()).arp_request(vm.mac, vm.ip, target).build();
}

Frame arp_reply_to_gateway(const Vm& vm, Ipv4 address) {
  return from_vm(vm, kGatewayMac).arp_reply(vm.mac, address, kGatewayMac, ShopWorld::kWebGateway).build();
}

Frame datagram(const Vm& vm, Ipv4 source, Ipv4 destination, const Mac& destination_mac) {
  return from_vm(vm, destination_mac)
      .ipv4({.source = source, .destination = destination})
      .udp({.source_port = 4000, .destination_port = 53})
      .payload("question")
      .build();
}

Frame datagram_from_internet(Ipv4 destination) {
  return from_router()
      .ipv4({.source = ShopWorld::kClient, .destination = destination})
      .udp({.source_port = 4000, .destination_port = 53})
      .payload("question")
      .build();
}

HavipId Shop::slot(std::string_view havip, Family family) {
  return vswitch.control().tables().registry().havips.find(havip)->second.slots.of(family)->id;
}

HavipSnapshot Shop::snapshot(std::string_view havip, Family family) {
  HavipSnapshot snapshot;
  vswitch.worker().now_ms = vswitch.now();
  take_snapshot(vswitch.worker(), slot(havip, family), snapshot);
  return snapshot;
}

std::vector<std::string> Shop::receivers(const Vm& vm, const Frame& advert) {
  std::vector<std::string> ports;
  for (const Sent& sent : inject(vm, advert)) {
    EXPECT_EQ(sent.frame, advert) << "an advert is changed by nobody";
    ports.push_back(sent.port);
  }
  return ports;
}

void Shop::elect(const Vm& vm, std::uint8_t priority) {
  inject(vm, advert(vm, priority));
  if (vswitch.owner("front") !=
      vm.port) {  // it preempted: data follows when it says that it holds the address
    inject(vm, announcement(vm));
    vswitch.advance_to(vswitch.now() + kHandoverMs);  // the old owner has answered what it got
    vswitch.take_sent();                              // and hears of the new one
  }
  ASSERT_EQ(vswitch.owner("front"), vm.port);
}

void Shop::hand_over_at_once() {
  ASSERT_TRUE(vswitch.service().set_havip_handover("front", Handover::kAtOnce));
  vswitch.settle();
}

void Shop::expect_drop(DropReason reason, std::string_view port, const Frame& frame) {
  const std::uint64_t before = vswitch.drops(reason), before_of_all = vswitch.drops();
  const std::uint64_t told_before = vswitch.worker().counters.errors_told.get();
  const auto sent = inject(port, frame);
  EXPECT_EQ(sent.size(), vswitch.worker().counters.errors_told.get() - told_before);
  EXPECT_THAT(sent, ::testing::Each(::testing::Field(&Sent::port, port)));
  EXPECT_EQ(vswitch.drops(reason), before + 1) << info(reason).name;
  EXPECT_EQ(vswitch.drops(), before_of_all + 1);
}

std::uint64_t Shop::learned_from(LearnCounter counter, const Vm& vm, const Frame& frame) {
  const std::uint64_t before = vswitch.learned(counter);
  inject(vm, frame);
  return vswitch.learned(counter) - before;
}

}  // namespace vipswitch::testing
