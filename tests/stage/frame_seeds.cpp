#include "tests/stage/frame_seeds.h"

#include <span>

#include "tests/stage/dhcp_frames.h"
#include "tests/stage/shop6.h"
#include "tests/support/frame_checksums.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld;
using W6 = ShopWorld6;

constexpr std::size_t kL3 = 14;

// What a router tells of a packet that it could not pass on.
Frame error4(const Mac& destination, const Mac& source, Ipv4 from, Ipv4 to, const Frame& quoted) {
  return PacketBuilder()
      .ethernet({destination, source})
      .ipv4({.source = from, .destination = to})
      .icmp({.type = 3, .code = 4, .rest_of_header = 1400})
      .payload({quoted.begin() + kL3, quoted.end()})
      .build();
}
Frame error6(const Mac& destination, const Mac& source, const Ipv6& from, const Ipv6& to,
             const Frame& quoted) {
  return PacketBuilder()
      .ethernet({destination, source})
      .ipv6({.source = from, .destination = to})
      .icmp6({.type = 2, .rest_of_header = 1400})
      .payload({quoted.begin() + kL3, quoted.end()})
      .build();
}

}  // namespace

std::vector<Frame> seeds_of_vm(const Vm& vm) {
  const Ipv4Fields multicast = vrrp_ipv4(vm.ip);
  return {
      advert(vm),
      advert(vm, 0),
      advert(vm, 100, {}),
      from_vm(vm, kVrrpGroupMac).ipv4(multicast).vrrp3({.vrid = kVrid, .addresses = {W::kFront}}).build(),
      from_vm(vm, kVrrpGroupMac)
          .ipv4(multicast)
          .authentication_header({})
          .vrrp2({.vrid = kVrid, .addresses = {W::kFront}, .auth_type = 2})
          .build(),
      from_vm(vm, kVrrpGroupMac).vlan({}).ipv4(multicast).vrrp2({.vrid = kVrid}).build(),
      announcement(vm),
      announcement(vm, vm.ip),
      arp_request(vm, W::kFront),
      arp_reply_to_gateway(vm, W::kFront),
      from_vm(vm, Mac::broadcast()).arp_probe(vm.mac, W::kFront).build(),
      datagram(vm, vm.ip, W::kClient),
      datagram(vm, W::kFront, W::kClient),
      datagram(vm, vm.ip, W::kFront, stable_mac(W::kFront)),
      datagram(vm, vm.ip, kDb1.ip),
      from_vm(vm, kGatewayMac)
          .ipv4({.source = vm.ip, .destination = W::kWebGateway})
          .icmp_echo_request(1, 1)
          .build(),
      from_vm(vm, kGatewayMac).ipv4({.source = vm.ip, .destination = W::kClient}).tcp({}).build(),
  };
}

std::vector<Frame> seeds_of_uplink() {
  const auto ask = [](Ipv4 target) {
    return PacketBuilder()
        .ethernet({.destination = Mac::broadcast(), .source = W::kRouterMac})
        .arp_request(W::kRouterMac, W::kRouterIp, target)
        .build();
  };
  return {
      datagram_from_internet(W::kFrontEip),
      datagram_from_internet(W::kVm3Eip),
      from_router().ipv4({.source = W::kClient, .destination = W::kVm3Eip}).tcp({}).build(),
      from_router().vlan({}).ipv4({.source = W::kClient, .destination = W::kVm3Eip}).udp({}).build(),
      from_router().ipv4({.source = W::kClient, .destination = W::kUplinkIp}).icmp_echo_request(1, 1).build(),
      ask(W::kUplinkIp),
      ask(W::kVm3Eip),
      from_router().arp_reply(W::kRouterMac, W::kRouterIp, W::kUplinkMac, W::kUplinkIp).build(),
  };
}

std::vector<Frame> dual_seeds_of_vm(const Vm& vm, const Ipv6& ip) {
  std::vector<Frame> seeds = seeds_of_vm(vm);
  const auto to_gateway = [&] { return from_vm(vm, kGatewayMac); };
  const Frame received = datagram(vm, W::kClient, vm.ip), received6 = datagram6(vm, W6::kClient, ip);
  const std::vector<Frame> more{
      solicitation(vm, ip, W6::kFront),
      probe6(vm, W6::kFront),
      announcement6(vm, ip),
      router_solicitation(vm),
      datagram6(vm, ip, W6::kClient),
      datagram6(vm, ip, W6::kFrontEip),
      datagram6(vm, W6::kFront, W6::kVm3Eip),
      datagram6(vm, ip, W6::kDb1Ip),
      datagram(vm, vm.ip, W::kFrontEip),
      datagram(vm, W::kFront, W::kVm3Eip),
      datagram(vm, vm.ip, Ipv4(172, 16, 5, 5)),
      to_gateway().ipv6({.source = ip, .destination = W6::kWebGateway}).icmp6({.type = 128}).build(),
      to_gateway()
          .ipv6({.source = ip, .destination = W6::kClient})
          .ipv6_extension({.type = 0})
          .ipv6_extension({.type = 60, .size = 16})
          .ipv6_fragment({.more_fragments = true})
          .udp({})
          .counting_payload(64)
          .build(),
      to_gateway()
          .ipv4({.source = vm.ip, .destination = W::kClient})
          .tcp({.flags = kTcpSyn, .options = {2, 4, 5, 180, 4, 2, 1, 1}})
          .build(),
      to_gateway()
          .ipv6({.source = ip, .destination = W6::kClient})
          .tcp({.flags = kTcpSyn, .options = {1, 2, 4, 5, 180, 0, 0, 0}})
          .build(),
      error4(kGatewayMac, vm.mac, vm.ip, W::kClient, received),
      error4(kGatewayMac, vm.mac, vm.ip, W::kFrontEip, received),
      error6(kGatewayMac, vm.mac, ip, W6::kClient, received6),
      dhcp_broadcast(vm, {.options = {{55, {1, 3, 6, 26, 121}}, {57, {5, 0xdc}}, {61, {1, 2, 3}}}}),
      dhcp_broadcast(vm, {.type = 3, .options = {{50, {10, 77, 0, 11}}, {54, {10, 77, 0, 1}}}}),
  };
  seeds.insert(seeds.end(), more.begin(), more.end());
  return seeds;
}

std::vector<Frame> dual_seeds_of_uplink() {
  std::vector<Frame> seeds = seeds_of_uplink();
  const auto to_eip6 = [] { return from_router().ipv6({.source = W6::kClient, .destination = W6::kVm3Eip}); };
  const Frame sent = datagram(kVm3, W::kVm3Eip, W::kClient),
              sent6 = datagram6(kVm3, W6::kVm3Eip, W6::kClient);
  const std::vector<Frame> more{
      datagram6_from_internet(W6::kFrontEip),
      datagram6_from_internet(W6::kVm3Eip),
      to_eip6().tcp({.flags = kTcpSyn, .options = {2, 4, 5, 180}}).build(),
      to_eip6().ipv6_extension({.type = 43, .size = 24}).udp({}).build(),
      to_eip6().ipv6_fragment({.offset = 64}).payload("later").build(),
      from_router()
          .ipv4({.source = W::kClient, .destination = W::kVm3Eip, .fragment_offset = 64, .protocol = 17})
          .payload("later")
          .build(),
      error4(W::kUplinkMac, W::kRouterMac, W::kRouterIp, W::kVm3Eip, sent),
      error6(W::kUplinkMac, W::kRouterMac, W6::kRouterIp, W6::kVm3Eip, sent6),
      PacketBuilder()
          .ethernet({Mac::of_multicast(W6::kUplinkIp.solicited_node()), W::kRouterMac})
          .ipv6({.source = W6::kRouterIp, .destination = W6::kUplinkIp.solicited_node(), .hop_limit = 255})
          .neighbour({.target = W6::kUplinkIp, .mac = W::kRouterMac})
          .build(),
      PacketBuilder()
          .ethernet({W::kUplinkMac, W::kRouterMac})
          .ipv6({.source = W6::kRouterIp, .destination = W6::kUplinkIp, .hop_limit = 255})
          .neighbour({.type = 136, .target = W6::kRouterIp, .flags = 0x60000000, .mac = W::kRouterMac})
          .build(),
  };
  seeds.insert(seeds.end(), more.begin(), more.end());
  return seeds;
}

// So that not every mutation ends in the parser.
void repair_ipv4_checksum(Frame& frame) {
  if (frame.size() < kL3 + 20 || frame[12] != 0x08 || frame[13] != 0x00) return;
  const std::size_t header_size = std::size_t{frame[kL3] & 0xfu} * 4;
  if (header_size < 20 || frame.size() < kL3 + header_size) return;
  const std::span<std::uint8_t> header(frame.data() + kL3, header_size);
  header[10] = header[11] = 0;
  const std::uint16_t checksum = internet_checksum(header);
  header[10] = static_cast<std::uint8_t>(checksum >> 8);
  header[11] = static_cast<std::uint8_t>(checksum);
}

}  // namespace vipswitch::testing
