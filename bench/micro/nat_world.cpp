#include "bench/micro/nat_world.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "dataplane/owner_decision.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
using testing::PacketBuilder;
using testing::ShopWorld;

constexpr VpcId kVpc{0};
constexpr SubnetId kSubnet{0};
constexpr Ipv4 kGateway{10, 0, 0, 1};
constexpr std::uint16_t kMtu = 1500;

Ipv4 public_address(unsigned eip) {
  return Ipv4::from_host(Ipv4(60, 0, 0, 0).host() + eip);
}
Ipv4 havip_address(unsigned eip) {
  return Ipv4::from_host(Ipv4(10, 128, 0, 0).host() + eip);
}
Ipv4 port_address(PortId port) {
  return Ipv4::from_host(Ipv4(10, 1, 0, 0).host() + port.value());
}
Mac port_mac(PortId port) {
  const std::uint32_t id = port.value();
  return {0x52,
          0x54,
          0,
          static_cast<std::uint8_t>(id >> 16),
          static_cast<std::uint8_t>(id >> 8),
          static_cast<std::uint8_t>(id)};
}

std::unique_ptr<DataplaneHost> make_host(unsigned eip_count, unsigned port_count) {
  testing::start_eal();
  Settings settings;
  settings.tables.eips = settings.tables.havips = eip_count;
  settings.tables.ports = port_count;
  auto host = DataplaneHost::create(settings, {0}, Clock::stopped());
  if (!host) throw std::runtime_error(host.error().message);
  return std::move(host).value();
}

}  // namespace

NatWorld::NatWorld(unsigned eip_count) {
  const unsigned vm_ports = (eip_count + kEipsOfPort - 1) / kEipsOfPort;
  host_ = make_host(eip_count, vm_ports + 1);
  vpc_ = {
      .id = kVpc, .vni = Vni(1), .ipv4 = RouteTable<Ipv4>({{{Ipv4(10, 0, 0, 0), 8}, RouteKind::kSubnet}})};
  host_->tables().vpcs.replace(kVpc, &vpc_);
  for (unsigned i = 0; i < vm_ports; ++i) {
    const unsigned first = i * kEipsOfPort;
    add_port(PortId(i), first, std::min(kEipsOfPort, eip_count - first));
  }
  add_uplink(PortId(vm_ports));
}

NatWorld::~NatWorld() {
  host_->tables().uplink.store(nullptr);
}

void NatWorld::add_lane(PortId id) {
  auto lane = std::make_unique<PortLane>();
  lane->port = id;
  lane->max_frame_bytes = kMtu + 18;
  worker().lanes[id.value()].store(lane.get());
  lanes_.push_back(std::move(lane));
}

void NatWorld::add_uplink(PortId id) {
  auto row = std::make_unique<PortRow>();
  row->id = id;
  row->role = PortRole::kUplink;
  row->mac = ShopWorld::kUplinkMac;
  host_->tables().ports.replace(id, row.get());
  port_rows_.push_back(std::move(row));
  add_lane(id);
  uplink_ = {.port = id,
             .mac = ShopWorld::kUplinkMac,
             .mtu = kMtu,
             .ipv4 = {.addresses = {{ShopWorld::kUplinkIp, 24}},
                      .gateway = ShopWorld::kRouterIp,
                      .gateway_mac = ShopWorld::kRouterMac},
             .ipv6 = {}};
  host_->tables().uplink.store(&uplink_);
}

void NatWorld::add_port(PortId id, unsigned first_eip, unsigned eip_count) {
  auto row = std::make_unique<PortRow>();
  row->id = id;
  row->mac = port_mac(id);
  row->mtu = kMtu;
  row->vpc = kVpc;
  row->subnet = kSubnet;
  row->ipv4.add({port_address(id), HavipId(), {}});
  Tables& tables = host_->tables();
  for (unsigned eip = first_eip; eip < first_eip + eip_count; ++eip) {
    const Ipv4 inner = havip_address(eip), outer = public_address(eip);
    row->ipv4.add({inner, HavipId(eip), AddressRewrite<Ipv4>::between(inner, outer)});
    add_havip(HavipId(eip), id);
    tables.ipv4.eip_rows[eip] = {outer, AddressRewrite<Ipv4>::between(outer, inner),
                                 EndpointRef(HavipId(eip))};
    tables.ipv4.eips.insert(AddressKey(outer), AddressTables<Ipv4>::eip_value(tables.ipv4.eip_rows[eip]));
  }
  tables.ports.replace(id, row.get());
  port_rows_.push_back(std::move(row));
  add_lane(id);
}

void NatWorld::add_havip(HavipId id, PortId owner) {
  auto row = std::make_unique<HavipRow>();
  *row = {.id = id, .vpc = kVpc, .subnet = kSubnet, .address = havip_address(id.value()), .ports = {owner}};
  owner::Election election;
  election.bind(owner, owner::LinkState::kUp, 0);
  host_->tables().havips.open(id, row.get(), election);
  havip_rows_.push_back(std::move(row));
  decide(worker(), id, 0, [owner](owner::Election& slot, TimeMs now) {
    return slot.announce(owner, owner::Delivery::port_mac(), now);
  });
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
      .ethernet({.destination = kGatewayMac, .source = port_of(eip).mac})
      .ipv4({.source = havip_address(eip), .destination = ShopWorld::kClient})
      .udp({.source_port = 2000, .destination_port = 1000})
      .counting_payload(18)
      .build();
}

RepeatableBurst::RepeatableBurst(WorkerState& worker, const PortRow& ingress, std::vector<Frame> frames)
    : worker_(worker), frames_(std::move(frames)) {
  batch_.ingress = &ingress;
  batch_.received_tsc = 1;
  batch_.count = static_cast<unsigned>(frames_.size());
  for (const Frame& frame : frames_) {
    rte_mbuf* mbuf = rte_pktmbuf_alloc(worker_.pool);
    if (mbuf == nullptr) throw std::runtime_error("no mbuf");
    rte_pktmbuf_append(mbuf, static_cast<std::uint16_t>(frame.size()));
    mbufs_.push_back(mbuf);
  }
  own_.assign(mbufs_.begin(), mbufs_.end());
  std::sort(own_.begin(), own_.end());
  reset();
}

RepeatableBurst::~RepeatableBurst() {
  for (rte_mbuf* mbuf : mbufs_) rte_pktmbuf_free(mbuf);
}

bool RepeatableBurst::is_own(const rte_mbuf* mbuf) const noexcept {
  return std::binary_search(own_.begin(), own_.end(), mbuf);
}

void RepeatableBurst::reset() {
  while (worker_.waiting_lanes != nullptr) {
    PortLane& lane = *worker_.waiting_lanes;
    worker_.waiting_lanes = lane.next_waiting;
    for (unsigned i = 0; i < lane.waiting_count; ++i) {
      if (!is_own(lane.waiting[i])) rte_pktmbuf_free(lane.waiting[i]);
    }
    lane.waiting_count = 0;
    lane.waiting_bytes = 0;
  }
  for (std::size_t i = 0; i < frames_.size(); ++i) {
    batch_.packets[i].mbuf = mbufs_[i];
    std::memcpy(rte_pktmbuf_mtod(mbufs_[i], void*), frames_[i].data(), frames_[i].size());
  }
}

}  // namespace vipswitch::bench
