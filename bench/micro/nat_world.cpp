#include "bench/micro/nat_world.h"

#include <cstring>
#include <fmt/format.h>
#include <stdexcept>

#include "tests/support/packet_builder.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
using testing::InProcessSwitch;
using testing::PacketBuilder;
using testing::ShopWorld;

Ipv4 public_address(unsigned eip) {
  return Ipv4::from_host(Ipv4(203, 0, 0, 0).host() + eip);
}
Ipv4 havip_address(unsigned eip) {
  return Ipv4::from_host(Ipv4(10, 0, 64, 0).host() + eip);
}
Mac port_mac(unsigned port) {
  return {0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(port)};
}
std::string port_name(unsigned port) {
  return fmt::format("vm{}", port);
}

Settings settings_for(unsigned eip_count) {
  Settings settings = InProcessSwitch::small_settings();
  settings.tables.eips = settings.tables.havips = eip_count;
  settings.tables.endpoints = eip_count + 4 * NatWorld::kPorts;
  settings.tables.ports = NatWorld::kPorts + 1;
  return settings;
}

template <class T>
void require(const Result<T>& result) {
  if (!result) throw std::runtime_error(result.error().message);
}

model::Objects objects_for(unsigned eip_count, InProcessSwitch& vswitch) {
  model::Objects objects;
  objects.uplink = model::Uplink{.device = vswitch.next_device(),
                                 .mac = ShopWorld::kUplinkMac,
                                 .addresses = {{ShopWorld::kUplinkIp, 24}},
                                 .gateway = ShopWorld::kRouterIp};
  objects.vpcs["shop"] = {"shop", Vni(1001)};
  objects.subnets["web"] = {.name = "web",
                            .vpc = "shop",
                            .ipv4 = {Ipv4(10, 0, 0, 0), 16},
                            .gateway = {10, 0, 0, 1},
                            .havip_quota = eip_count};
  for (unsigned i = 0; i < NatWorld::kPorts; ++i) {
    model::Port port;
    port.name = port.instance = port_name(i);
    port.subnet = "web";
    port.mac = port_mac(i);
    port.ipv4 = Ipv4::from_host(Ipv4(10, 0, 1, 0).host() + i);
    port.device = vswitch.next_device();
    objects.ports[port.name] = port;
  }
  for (unsigned i = 0; i < eip_count; ++i) {
    const std::string name = fmt::format("havip{}", i), eip = fmt::format("eip{}", i);
    objects.havips[name] = {name, "web", havip_address(i), {NatWorld::port_of(i)}};
    objects.eips[eip] = {eip, public_address(i), model::EipTarget{model::TargetKind::kHavip, name}};
  }
  return objects;
}

}  // namespace

std::string NatWorld::port_of(unsigned eip) {
  return port_name(eip / kEipsOfPort);
}

NatWorld::NatWorld(unsigned eip_count) : vswitch_(settings_for(eip_count)) {
  require(vswitch_.service().apply(objects_for(eip_count, vswitch_)));
  vswitch_.settle();
  Event router{};
  router.kind = EventKind::kNextHopLearned;
  router.address = ShopWorld::kRouterIp;
  router.mac = ShopWorld::kRouterMac;
  vswitch_.worker().emit(router);
  vswitch_.settle();
  for (unsigned i = 0; i < eip_count; ++i) {
    const Mac mac = port_mac(i / kEipsOfPort);
    vswitch_.inject(port_of(i), PacketBuilder()
                                    .ethernet({.destination = Mac::broadcast(), .source = mac})
                                    .gratuitous_arp_request(mac, havip_address(i))
                                    .build());
    vswitch_.advance_to(vswitch_.now() + 2);
  }
}

Frame NatWorld::frame_in(unsigned eip) const {
  return PacketBuilder()
      .ethernet({.destination = ShopWorld::kUplinkMac, .source = ShopWorld::kRouterMac})
      .ipv4({.source = ShopWorld::kClient, .destination = public_address(eip)})
      .udp({.source_port = 1000, .destination_port = 2000})
      .counting_payload(18)
      .build();
}

Frame NatWorld::frame_out(unsigned eip) const {
  return PacketBuilder()
      .ethernet({.destination = kGatewayMac, .source = port_mac(eip / kEipsOfPort)})
      .ipv4({.source = havip_address(eip), .destination = ShopWorld::kClient})
      .udp({.source_port = 2000, .destination_port = 1000})
      .counting_payload(18)
      .build();
}

RepeatableBurst::RepeatableBurst(InProcessSwitch& vswitch, std::string_view port, std::vector<Frame> frames)
    : vswitch_(vswitch), frames_(std::move(frames)) {
  vswitch_.fill(batch_, port, frames_);
  for (const Packet& packet : batch_) mbufs_.push_back(packet.mbuf);
}

RepeatableBurst::~RepeatableBurst() {
  reset();
  for (rte_mbuf* mbuf : mbufs_) rte_pktmbuf_free(mbuf);
}

void RepeatableBurst::reset() {
  WorkerState& worker = vswitch_.worker();
  while (worker.waiting_lanes != nullptr) {
    PortLane& lane = *worker.waiting_lanes;
    worker.waiting_lanes = lane.next_waiting;
    lane.waiting_count = 0;
    lane.waiting_bytes = 0;
  }
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    batch_.packets[i].mbuf = mbufs_[i];
    std::memcpy(rte_pktmbuf_mtod(mbufs_[i], void*), frames_[i].data(), frames_[i].size());
  }
}

}  // namespace vipswitch::bench
