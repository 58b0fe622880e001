#include "bench/micro/vpc_world.h"

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

constexpr VpcId kVpc{0};
constexpr unsigned kSubnets = 2;
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

std::unique_ptr<DataplaneHost> make_host(unsigned eips, unsigned ports) {
  testing::start_eal();
  Settings settings;
  settings.tables.eips = settings.tables.havips = std::max(eips, 64u);
  settings.tables.ports = ports + 1;
  settings.tables.endpoints = std::max(eips + ports, 64u);
  auto host = DataplaneHost::create(settings, {0}, Clock::stopped());
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
VpcWorld<Address>::VpcWorld(Size size) : size_(size), host_(make_host(size.eips(), size.ports)) {
  vpc_ = {.id = kVpc, .vni = Vni(1)};
  const RouteTable<Address> inside({{Plan<Address>::kInside, RouteKind::kSubnet}});
  if constexpr (std::is_same_v<Address, Ipv4>) {
    vpc_.ipv4 = inside;
  } else {
    vpc_.ipv6 = inside;
  }
  host_->tables().vpcs.replace(kVpc, &vpc_);
  subnets_.resize(kSubnets);
  for (unsigned i = 0; i < kSubnets; ++i) {
    subnets_[i].id = SubnetId(i);
    subnets_[i].vpc = kVpc;
    host_->tables().subnets.replace(SubnetId(i), &subnets_[i]);
  }
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
void VpcWorld<Address>::add_lane(PortId id) {
  auto lane = std::make_unique<PortLane>();
  lane->port = id;
  lane->max_frame_bytes = kMtu + 18;
  worker().lanes[id.value()].store(lane.get());
  lanes_.push_back(std::move(lane));
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
  add_lane(id);
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
  row->vpc = kVpc;
  row->subnet = SubnetId(id.value() % kSubnets);
  const Address address = Plan<Address>::port(id.value());
  if constexpr (std::is_same_v<Address, Ipv4>) {
    row->ipv4.add({address, HavipId(), {}});
  } else {
    row->ipv6.add({address, HavipId(), {}});
  }
  Tables& tables = host_->tables();
  address_tables().endpoints.insert({kVpc, address}, EndpointRef(id).raw());
  tables.macs.insert(MacKey(row->subnet, row->mac), EndpointRef(id).raw());
  const unsigned first = id.value() * size_.havips_of_port;
  for (unsigned eip = first; eip < first + size_.havips_of_port; ++eip) add_eip(*row, eip);
  tables.ports.replace(id, row.get());
  port_rows_.push_back(std::move(row));
  add_lane(id);
}

template <class Address>
void VpcWorld<Address>::add_eip(PortRow& owner, unsigned eip) {
  using Rewrite = AddressRewrite<Address>;
  const Address inner = Plan<Address>::havip(eip), outer = Plan<Address>::eip(eip);
  const PortSource<Address> source{inner, HavipId(eip), Rewrite::between(inner, outer)};
  if constexpr (std::is_same_v<Address, Ipv4>) {
    owner.ipv4.add(source);
  } else {
    owner.ipv6.add(source);
  }
  add_havip(HavipId(eip), owner);
  AddressTables<Address>& tables = address_tables();
  tables.endpoints.insert({kVpc, inner}, EndpointRef(HavipId(eip)).raw());
  tables.eip_rows[eip] = {outer, Rewrite::between(outer, inner), EndpointRef(HavipId(eip))};
  tables.eips.insert(AddressKey(outer), AddressTables<Address>::eip_value(tables.eip_rows[eip]));
  tables.eip_filter.add(outer);
}

template <class Address>
void VpcWorld<Address>::add_havip(HavipId id, const PortRow& owner) {
  auto row = std::make_unique<HavipRow>();
  *row = {.id = id, .vpc = kVpc, .subnet = owner.subnet, .address = {}, .ports = {owner.id}};
  if constexpr (std::is_same_v<Address, Ipv4>) {
    row->address = Plan<Ipv4>::havip(id.value());
  } else {
    row->is_ipv6 = true;
    row->address6 = Plan<Ipv6>::havip(id.value());
  }
  owner::Election election;
  election.bind(owner.id, owner::LinkState::kUp, 0);
  host_->tables().havips.open(id, row.get(), election);
  havip_rows_.push_back(std::move(row));
  decide(worker(), id, 0, [&owner](owner::Election& slot, TimeMs now) {
    return slot.announce(owner.id, owner::Delivery::port_mac(), now);
  });
}

template <class Address>
Frame VpcWorld<Address>::from_internet(unsigned eip) const {
  return udp(ShopWorld::kRouterMac, ShopWorld::kUplinkMac, Plan<Address>::kClient, Plan<Address>::eip(eip));
}

template <class Address>
Frame VpcWorld<Address>::to_internet(unsigned eip) const {
  return udp(port_of(eip).mac, kGatewayMac, Plan<Address>::havip(eip), Plan<Address>::kClient);
}

template <class Address>
Frame VpcWorld<Address>::between_ports(unsigned from, unsigned to) const {
  const bool is_same_subnet = port(from).subnet == port(to).subnet;
  return udp(port(from).mac, is_same_subnet ? port(to).mac : kGatewayMac, Plan<Address>::port(from),
             Plan<Address>::port(to));
}

template class VpcWorld<Ipv4>;
template class VpcWorld<Ipv6>;

}  // namespace vipswitch::bench
