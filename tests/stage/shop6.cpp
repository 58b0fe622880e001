#include "tests/stage/shop6.h"

#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W6 = ShopWorld6;
constexpr std::uint8_t kHopLimitOfNd = 255;
constexpr Ipv6 kVirtualLinkLocal = Ipv6::from_groups({0xfe80, 0, 0, 0, 0, 0, 0, 0x100});

}  // namespace

Frame solicitation(const Vm& vm, const Ipv6& source, const Ipv6& target) {
  const Ipv6 group = target.solicited_node();
  return from_vm(vm, Mac::of_multicast(group))
      .ipv6({.source = source, .destination = group, .hop_limit = kHopLimitOfNd})
      .neighbour({.type = wire::kIcmp6NeighbourSolicitation, .target = target, .mac = vm.mac})
      .build();
}

Frame solicitation_of_router(const Ipv6& target) {
  const Ipv6 group = target.solicited_node();
  return PacketBuilder()
      .ethernet({.destination = Mac::of_multicast(group), .source = ShopWorld::kRouterMac})
      .ipv6({.source = W6::kRouterIp, .destination = group, .hop_limit = kHopLimitOfNd})
      .neighbour({.target = target, .mac = ShopWorld::kRouterMac})
      .build();
}

Frame probe6(const Vm& vm, const Ipv6& target) {
  const Ipv6 group = target.solicited_node();
  return from_vm(vm, Mac::of_multicast(group))
      .ipv6({.source = Ipv6(), .destination = group, .hop_limit = kHopLimitOfNd})
      .neighbour({.type = wire::kIcmp6NeighbourSolicitation, .target = target})
      .build();
}

Frame announcement6(const Vm& vm, const Ipv6& source, const Ipv6& target) {
  return from_vm(vm, Mac::of_multicast(Ipv6::all_nodes()))
      .ipv6({.source = source, .destination = Ipv6::all_nodes(), .hop_limit = kHopLimitOfNd})
      .neighbour({.type = wire::kIcmp6NeighbourAdvertisement,
                  .target = target,
                  .flags = wire::kNdOverride,
                  .mac = vm.mac})
      .build();
}

Ipv6Fields advert6_header(const Vm& vm) {
  return vrrp_ipv6(link_local_of(vm.mac));
}

Frame advert6(const Vm& vm, const Vrrp3Fields& fields, const Ipv6Fields& ip) {
  return from_vm(vm, Mac::of_multicast(kVrrpGroup6)).ipv6(ip).vrrp3(fields).build();
}

Frame advert6(const Vm& vm, std::uint8_t priority, const std::vector<Ipv6>& addresses) {
  std::vector<Ipv6> listed{kVirtualLinkLocal};
  listed.insert(listed.end(), addresses.begin(), addresses.end());
  return advert6(vm, {.vrid = kVrid, .priority = priority, .addresses6 = listed}, advert6_header(vm));
}

Frame advertisement(const Mac& to, const Ipv6& destination, const Ipv6& target, const Mac& mac,
                    std::uint32_t flags) {
  return PacketBuilder()
      .ethernet({.destination = to, .source = mac})
      .ipv6({.source = target, .destination = destination, .hop_limit = 255})
      .neighbour({.type = 136, .target = target, .flags = flags | wire::kNdOverride, .mac = mac})
      .build();
}

Frame router_solicitation(const Vm& vm) {
  const Ipv6 all_routers = Ipv6::from_groups({0xff02, 0, 0, 0, 0, 0, 0, 2});
  std::vector<std::uint8_t> option{wire::kNdSourceMac, 1};
  option.insert(option.end(), vm.mac.bytes().begin(), vm.mac.bytes().end());
  return from_vm(vm, Mac::of_multicast(all_routers))
      .ipv6({.source = link_local_of(vm.mac), .destination = all_routers, .hop_limit = kHopLimitOfNd})
      .icmp6({.type = wire::kIcmp6RouterSolicitation})
      .payload(option)
      .build();
}

Frame datagram6(const Vm& vm, const Ipv6& source, const Ipv6& destination, const Mac& destination_mac) {
  return from_vm(vm, destination_mac)
      .ipv6({.source = source, .destination = destination})
      .udp({.source_port = 4000, .destination_port = 53})
      .payload("question")
      .build();
}

Frame datagram6_from_internet(const Ipv6& destination) {
  return from_router()
      .ipv6({.source = W6::kClient, .destination = destination})
      .udp({.source_port = 4000, .destination_port = 53})
      .payload("question")
      .build();
}

void Shop6::elect6(const Vm& vm) {
  inject(vm, announcement6(vm, vm.mac == kVm1.mac ? W6::kVm1Ip : W6::kVm2Ip));
  ASSERT_EQ(owner6(), vm.port);
}

void PrintTo(const Customer& customer, std::ostream* out) {
  *out << customer.name;
}

void CustomerTest::SetUp() {
  if (inner() != ShopWorld::kFront) return;
  elect(vm());
  elect6(vm());
}

Sent Shop6Test::sent_for(std::string_view port, const Frame& frame) {
  const auto sent = inject(port, frame);
  EXPECT_EQ(sent.size(), 1u);
  if (sent.size() != 1) return {};
  const ChecksumReport report = verify_checksums(sent[0].frame);
  EXPECT_TRUE(report.ok()) << report;
  return sent[0];
}

}  // namespace vipswitch::testing
