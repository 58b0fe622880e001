#include "bench/micro/vpc_world.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "dataplane/owner_decision.h"
#include "tests/support/packet_builder.h"
#include "tests/support/switch/in_process_switch.h"

namespace vipswitch::bench {
namespace {

using testing::Frame;
using testing::PacketBuilder;
using testing::ShopWorld;
using testing::ShopWorld6;

constexpr unsigned kSubnetsOfVpc = 2;
constexpr std::uint16_t kMtu = 1500;

// What the families have for the same thing.
template <class Address>
struct Plan;

template <>
struct Plan<Ipv4> {
  static constexpr Ipv4Prefix kInside{Ipv4(10, 0, 0, 0), 8};
  static constexpr Ipv4 kClient = ShopWorld::kClient;
  static Ipv4 numbered(Ipv4 first, unsigned number) { return Ipv4::from_host(first.host() + number); }
  static Ipv4 eip(unsigned number) { return numbered(Ipv4(60, 0, 0, 0), number); }
  static Ipv4 havip(unsigned number) { return numbered(Ipv4(10, 128, 0, 0), number); }
  static Ipv4 port(unsigned number) { return numbered(Ipv4(10, 1, 0, 0), number); }
  static void set_uplink(UplinkRow& row) {
    row.ipv4 = {{{ShopWorld::kUplinkIp, 24}}, ShopWorld::kRouterIp, ShopWorld::kRouterMac};
  }
  static PacketBuilder& ip(PacketBuilder& frame, const Ipv4& source, const Ipv4& destination) {
    return frame.ipv4({.source = source, .destination = destination});
  }
};

template <>
struct Plan<Ipv6> {
  static constexpr Ipv6Prefix kInside{Ipv6::from_groups({0xfd00, 0, 0, 0, 0, 0, 0, 0}), 16};
  static constexpr Ipv6 kClient = ShopWorld6::kClient;
  static Ipv6 numbered(std::uint16_t first, std::uint16_t second, unsigned number) {
    return Ipv6::from_groups({first, second, 0, 0, 0, 0, static_cast<std::uint16_t>(number >> 16),
                              static_cast<std::uint16_t>(number)});
  }
  static Ipv6 eip(unsigned number) { return numbered(0x2001, 0xdb9, number); }
  static Ipv6 havip(unsigned number) { return numbered(0xfd00, 128, number); }
  static Ipv6 port(unsigned number) { return numbered(0xfd00, 1, number); }
  static void set_uplink(UplinkRow& row) {
    row.ipv6 = {{{ShopWorld6::kUplinkIp, 64}}, ShopWorld6::kRouterIp, ShopWorld::kRouterMac};
  }
  static PacketBuilder& ip(PacketBuilder& frame, const Ipv6& source, const Ipv6& destination) {
    return frame.ipv6({.source = source, .destination = destination});
  }
};

Mac port_mac(PortId port) {
  const std::uint32_t id = port.value();
  const auto byte = [id](unsigned shift) { return static_cast<std::uint8_t>(id >> shift); };
  return {0x52, 0x54, 0, byte(16), byte(8), byte(0)};
}

template <class Address, class Size>
std::unique_ptr<DataplaneHost> make_host(const Size& size) {
  constexpr bool kIsIpv6 = std::is_same_v<Address, Ipv6>;
  testing::start_eal();
  Settings settings;
  settings.tables.havips = std::max(size.eips(), 64u);
  (kIsIpv6 ? settings.tables.eips6 : settings.tables.eips) = settings.tables.havips;
  settings.tables.ports = size.ports + 1;
  (kIsIpv6 ? settings.tables.endpoints6 : settings.tables.endpoints) =
      std::max(size.eips() + size.ports, 64u);
  settings.tables.vpcs = size.vpcs;
  settings.tables.subnets = size.vpcs * kSubnetsOfVpc;
  if (size.mbufs != 0) settings.mbufs = size.mbufs;
  std::vector<unsigned> lcores(size.workers);
  std::iota(lcores.begin(), lcores.end(), 0u);
  auto host = DataplaneHost::create(settings, lcores, Clock::stopped());
  if (!host) throw std::runtime_error(host.error().message);
  return std::move(host).value();
}

template <class Address>
Frame udp(const Mac& from, const Mac& to, const Address& source, const Address& destination) {
  PacketBuilder frame;
  frame.ethernet({.destination = to, .source = from});
  return Plan<Address>::ip(frame, source, destination)
      .udp({.source_port = 1000, .destination_port = 2000})
      .counting_payload(18)
      .build();
}

}  // namespace

template <class Address>
VpcWorld<Address>::VpcWorld(Size size)
    : size_(size), host_(make_host<Address>(size)), vpcs_(size.vpcs), subnets_(size.vpcs * kSubnetsOfVpc) {
  for (unsigned i = 0; i < size.vpcs; ++i) add_vpc(VpcId(i));
  for (unsigned i = 0; i < size.ports; ++i) add_port(PortId(i));
  add_uplink(PortId(size.ports));
}

template <class Address>
VpcWorld<Address>::~VpcWorld() {
  host_->tables().uplink.store(nullptr);
}

template <class Address>
AddressTables<Address>& VpcWorld<Address>::address_tables() noexcept {
  if constexpr (std::is_same_v<Address, Ipv4>) {
    return host_->tables().ipv4;
  } else {
    return host_->tables().ipv6;
  }
}

template <class Address>
Address VpcWorld<Address>::port_address(unsigned port) const noexcept {
  return Plan<Address>::port(port % size_.ports_of_vpc());
}

template <class Address>
Address VpcWorld<Address>::havip_address(unsigned eip) const noexcept {
  return Plan<Address>::havip(eip % size_.havips_of_vpc());
}

template <class Address>
const PortRow& VpcWorld<Address>::member_of(unsigned eip, unsigned which) const noexcept {
  const unsigned owner = eip / size_.havips_of_port;
  return port(first_member(owner) + (owner + which) % size_.members);
}

template <class Address>
void VpcWorld<Address>::add_vpc(VpcId id) {
  VpcRow& vpc = vpcs_[id.value()];
  vpc = {.id = id, .vni = Vni(id.value() + 1)};
  const RouteTable<Address> inside({{Plan<Address>::kInside, RouteKind::kSubnet}});
  if constexpr (std::is_same_v<Address, Ipv4>) {
    vpc.ipv4 = inside;
  } else {
    vpc.ipv6 = inside;
  }
  host_->tables().vpcs.replace(id, &vpc);
  for (unsigned i = 0; i < kSubnetsOfVpc; ++i) {
    const SubnetId subnet_id(id.value() * kSubnetsOfVpc + i);
    SubnetRow& subnet = subnets_[subnet_id.value()];
    subnet.id = subnet_id;
    subnet.vpc = id;
    if (size_.members > 1) subnet.groups = groups_.emplace_back(std::make_unique<HavipGroups>()).get();
    host_->tables().subnets.replace(subnet_id, &subnet);
  }
}

template <class Address>
void VpcWorld<Address>::add_lanes(PortId id) {
  for (const auto& each : host_->workers()) {
    auto lane = std::make_unique<PortLane>();
    lane->port = id;
    lane->max_frame_bytes = kMtu + 18;
    each->state().lanes[id.value()].store(lane.get());
    lanes_.push_back(std::move(lane));
  }
}

template <class Address>
void VpcWorld<Address>::attach(PortId port, std::uint16_t device) noexcept {
  for (const auto& lane : lanes_) {
    if (lane->port == port) lane->device = device;
  }
}

template <class Address>
void VpcWorld<Address>::add_uplink(PortId id) {
  auto row = std::make_unique<PortRow>();
  row->id = id;
  row->role = PortRole::kUplink;
  row->mac = ShopWorld::kUplinkMac;
  row->mtu = kMtu;
  host_->tables().ports.replace(id, row.get());
  port_rows_.push_back(std::move(row));
  add_lanes(id);
  uplink_ = {.port = id, .mac = ShopWorld::kUplinkMac, .mtu = kMtu, .ipv4 = {}, .ipv6 = {}};
  Plan<Address>::set_uplink(uplink_);
  host_->tables().uplink.store(&uplink_);
}

template <class Address>
void VpcWorld<Address>::add_port(PortId id) {
  auto row = std::make_unique<PortRow>();
  row->id = id;
  row->mac = port_mac(id);
  row->mtu = kMtu;
  row->vpc = VpcId(id.value() / size_.ports_of_vpc());
  row->subnet = SubnetId(row->vpc.value() * kSubnetsOfVpc + id.value() / size_.members % kSubnetsOfVpc);
  if (size_.members > 1) row->spoken = spoken_.emplace_back(std::make_unique<SpokenGroups>()).get();
  const Address address = port_address(id.value());
  if constexpr (std::is_same_v<Address, Ipv4>) {
    row->ipv4.add({address, HavipId(), {}});
  } else {
    row->ipv6.add({address, HavipId(), {}});
  }
  Tables& tables = host_->tables();
  address_tables().endpoints.insert({row->vpc, address}, EndpointRef(id).raw());
  tables.macs.insert(MacKey(row->subnet, row->mac), EndpointRef(id).raw());
  const unsigned of_port = size_.havips_of_port, own = id.value() * of_port;
  for (unsigned eip = own; eip < own + of_port; ++eip) add_eip(*row, eip);
  const unsigned first = first_member(id.value()) * of_port;
  const auto sources = std::min<unsigned>(size_.members * of_port, kMaxPortHavips);
  for (unsigned eip = first; eip < first + sources; ++eip) add_source(*row, eip);
  tables.ports.replace(id, row.get());
  port_rows_.push_back(std::move(row));
  add_lanes(id);
}

template <class Address>
void VpcWorld<Address>::add_source(PortRow& row, unsigned eip) {
  const Address inner = havip_address(eip);
  const PortSource<Address> source{inner, HavipId(eip),
                                   AddressRewrite<Address>::between(inner, Plan<Address>::eip(eip))};
  if constexpr (std::is_same_v<Address, Ipv4>) {
    row.ipv4.add(source);
  } else {
    row.ipv6.add(source);
  }
}

template <class Address>
void VpcWorld<Address>::add_eip(const PortRow& owner, unsigned eip) {
  const Address inner = havip_address(eip), outer = Plan<Address>::eip(eip);
  add_havip(HavipId(eip), owner);
  AddressTables<Address>& tables = address_tables();
  tables.endpoints.insert({owner.vpc, inner}, EndpointRef(HavipId(eip)).raw());
  tables.eips.put(
      {outer, AddressRewrite<Address>::between(outer, inner), owner.vpc, EndpointRef(HavipId(eip))});
  tables.eip_filter.add(outer);
}

template <class Address>
void VpcWorld<Address>::add_havip(HavipId id, const PortRow& owner) {
  auto row = std::make_unique<HavipRow>();
  *row = {.id = id, .vpc = owner.vpc, .subnet = owner.subnet, .address = {}, .ports = {}};
  if constexpr (std::is_same_v<Address, Ipv4>) {
    row->address = havip_address(id.value());
  } else {
    row->is_ipv6 = true;
    row->address6 = havip_address(id.value());
  }
  owner::StandaloneElection election;
  for (unsigned i = 0; i < size_.members; ++i) {
    row->ports.push_back(PortId(first_member(owner.id.value()) + i));
    election.bind(row->ports.back(), owner::LinkState::kUp, 0);
  }
  host_->tables().havips.open(id, row.get(), election);
  havip_rows_.push_back(std::move(row));
  if (size_.members > 1) return;
  decide(worker(), id, 0, [&owner](owner::Election& slot, TimeMs now) {
    return slot.announce(owner.id, owner::Delivery::port_mac(), now);
  });
}

template <class Address>
unsigned VpcWorld<Address>::take_events() noexcept {
  unsigned count = 0;
  Event event;
  while (rte_ring_sc_dequeue_elem(host_->events(), &event, sizeof event) == 0) ++count;
  return count;
}

template <class Address>
Frame VpcWorld<Address>::from_internet(unsigned eip) const {
  return udp(ShopWorld::kRouterMac, ShopWorld::kUplinkMac, Plan<Address>::kClient, Plan<Address>::eip(eip));
}

template <class Address>
Frame VpcWorld<Address>::to_internet(unsigned eip) const {
  return udp(port_of(eip).mac, kGatewayMac, havip_address(eip), Plan<Address>::kClient);
}

template <class Address>
Frame VpcWorld<Address>::between_ports(unsigned from, unsigned to) const {
  const bool is_same_subnet = port(from).subnet == port(to).subnet;
  return udp(port(from).mac, is_same_subnet ? port(to).mac : kGatewayMac, port_address(from),
             port_address(to));
}

template <class Address>
Frame VpcWorld<Address>::advert(unsigned eip, unsigned member,
                                std::uint8_t priority) const requires std::is_same_v<Address, Ipv4> {
  constexpr unsigned kVrids = 255;
  const PortRow& sender = member_of(eip, member);
  const auto vrid = static_cast<std::uint8_t>(1 + eip % size_.havips_of_vpc() % kVrids);
  return PacketBuilder()
      .ethernet({.destination = Mac(0x01, 0x00, 0x5e, 0x00, 0x00, 0x12), .source = sender.mac})
      .ipv4(testing::vrrp_ipv4(port_address(sender.id.value())))
      .vrrp2({.vrid = vrid, .priority = priority, .addresses = {havip_address(eip)}})
      .build();
}

template class VpcWorld<Ipv4>;
template class VpcWorld<Ipv6>;

}  // namespace vipswitch::bench
