#include "tests/stage/shop6.h"

namespace vipswitch::testing {
namespace {

using W = ShopWorld6;
constexpr std::uint8_t kHopLimitOfNd = 255;

}  // namespace

Frame solicitation(const Vm& vm, const Ipv6& source, const Ipv6& target) {
  const Ipv6 group = target.solicited_node();
  return from_vm(vm, Mac::of_multicast(group))
      .ipv6({.source = source, .destination = group, .hop_limit = kHopLimitOfNd})
      .neighbour({.type = wire::kIcmp6NeighbourSolicitation, .target = target, .mac = vm.mac})
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
      .ipv6({.source = W::kClient, .destination = destination})
      .udp({.source_port = 4000, .destination_port = 53})
      .payload("question")
      .build();
}

PortId Shop6::port_of(const Mac& mac) const {
  const auto& ports = const_cast<Shop6*>(this)->vswitch.tables().ports;
  for (std::uint32_t i = 0; i < ports.capacity(); ++i) {
    const PortRow* row = ports.find(PortId(i));
    if (row != nullptr && row->mac == mac) return PortId(i);
  }
  return PortId();
}

template <class Table, class Id, class Edit>
void Shop6::edit_row(Table& table, Id id, Edit&& edit) {
  using Row = std::remove_cvref_t<decltype(*table.find(id))>;
  auto row = std::make_unique<Row>(*table.find(id));
  edit(*row);
  delete table.replace(id, row.release());
}

void Shop6::add_port(const Mac& mac, const Ipv6& address, const Ipv6& eip) {
  Tables& tables = vswitch.tables();
  const PortId id = port_of(mac);
  const auto rewrite =
      eip.is_unspecified() ? AddressRewrite<Ipv6>{} : AddressRewrite<Ipv6>::between(address, eip);
  edit_row(tables.ports, id, [&](PortRow& row) { row.ipv6.add({address, HavipId(), rewrite}); });
  tables.ipv6.endpoints.insert(EndpointKey(tables.ports.find(id)->vpc, address), EndpointRef(id).raw());
  if (!eip.is_unspecified()) add_eip(eip, address, EndpointRef(id));
}

void Shop6::add_eip(const Ipv6& address, const Ipv6& inner, EndpointRef target) {
  auto& tables = vswitch.tables().ipv6;
  EipRow<Ipv6>& row = tables.eip_rows[eip_count_++];
  row = {address, AddressRewrite<Ipv6>::between(address, inner), target};
  tables.eips.insert(AddressKey(address), AddressTables<Ipv6>::eip_value(row));
}

void Shop6::add_front() {
  Tables& tables = vswitch.tables();
  const PortId vm1 = port_of(kVm1.mac), vm2 = port_of(kVm2.mac);
  const PortRow& member = *tables.ports.find(vm1);
  front_.id = HavipId(tables.havips.capacity() - 1);
  front_.vpc = member.vpc;
  front_.subnet = member.subnet;
  front_.is_ipv6 = true;
  front_.address6 = W::kFront;
  front_.ports = {vm1, vm2};
  owner::Election election;
  for (const PortId port : front_.ports) {
    election.bind(port, owner::LinkState::kUp, vswitch.now());
    edit_row(tables.ports, port, [&](PortRow& row) {
      row.ipv6.add({W::kFront, front_.id, AddressRewrite<Ipv6>::between(W::kFront, W::kFrontEip)});
    });
  }
  tables.havips.open(front_.id, &front_, election);
  tables.ipv6.endpoints.insert(EndpointKey(front_.vpc, W::kFront), EndpointRef(front_.id).raw());
  tables.macs.insert(MacKey(front_.subnet, front_.stable_mac()), EndpointRef(front_.id).raw());
  add_eip(W::kFrontEip, W::kFront, EndpointRef(front_.id));
}

void Shop6::add_uplink() {
  Tables& tables = vswitch.tables();
  auto row = std::make_unique<UplinkRow>(*tables.uplink.load());
  row->ipv6.addresses = {{W::kUplinkIp, 64}};
  row->ipv6.gateway = W::kRouterIp;
  row->ipv6.gateway_mac = ShopWorld::kRouterMac;
  delete tables.uplink.exchange(row.release());
}

Shop6::Shop6() {
  Tables& tables = vswitch.tables();
  add_port(kVm1.mac, W::kVm1Ip, {});
  add_port(kVm2.mac, W::kVm2Ip, {});
  add_port(kVm3.mac, W::kVm3Ip, W::kVm3Eip);
  add_port(kDb1.mac, W::kDb1Ip, {});
  add_front();
  add_uplink();
  const auto add_subnet = [&](const Mac& member, const Ipv6Prefix& prefix, const Ipv6& gateway) {
    const PortRow& port = *tables.ports.find(port_of(member));
    edit_row(tables.subnets, port.subnet, [&](SubnetRow& row) {
      row.prefix6 = prefix;
      row.gateway6 = gateway;
      row.mtu = 1500;
    });
    edit_row(tables.vpcs, port.vpc, [&](VpcRow& row) { row.prefixes6.push_back(prefix); });
    tables.ipv6.endpoints.insert(EndpointKey(port.vpc, gateway), EndpointRef::gateway(port.subnet).raw());
  };
  add_subnet(kVm1.mac, {v6(0x77, 0), 64}, W::kWebGateway);
  add_subnet(kDb1.mac, {v6(0x78, 0), 64}, W::kDbGateway);
}

void Shop6::remove_subnet_ipv6(const Vm& vm) {
  const PortRow& port = *vswitch.tables().ports.find(port_of(vm.mac));
  edit_row(vswitch.tables().subnets, port.subnet, [](SubnetRow& row) { row.gateway6 = {}; });
}

Shop6::~Shop6() {
  vswitch.tables().havips.hot(front_.id).row.store(nullptr);
}

std::string Shop6::owner6() const {
  Tables& tables = const_cast<Shop6*>(this)->vswitch.tables();
  const OwnerWord owner = tables.havips.hot(front_.id).owner_word();
  if (!owner.is_local()) return {};
  for (const Vm& vm : {kVm1, kVm2, kVm3}) {
    if (owner.is_port(port_of(vm.mac))) return std::string(vm.port);
  }
  return "another";
}

void Shop6::elect6(const Vm& vm) {
  inject(vm, announcement6(vm, vm.mac == kVm1.mac ? W::kVm1Ip : W::kVm2Ip));
  ASSERT_EQ(owner6(), vm.port);
}

}  // namespace vipswitch::testing
