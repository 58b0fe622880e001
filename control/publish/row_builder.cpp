#include "control/publish/row_builder.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "control/model/families.h"
#include "control/publish/dhcp_options.h"

namespace vipswitch {
namespace {

template <class Address>
PortSource<Address> source_of(const Address& address, HavipId havip,
                              const std::optional<MemberEip<Address>>& eip) {
  if (!eip) return {address, havip, {}};
  return {address, havip, AddressRewrite<Address>::between(address, eip->address), eip->rate_out};
}

template <class Address>
void add_sources(const Registry& registry, const PortEntry& port, PortSources<Address>& sources) {
  using model::part_of;
  if (const auto& own = part_of<Address>(port.spec))
    sources.add(source_of(*own, HavipId(), part_of<Address>(port.eips)));
  for (const auto& name : port.havips) {
    const HavipEntry& havip = registry.havips.find(name)->second;
    const auto& address = part_of<Address>(havip.spec);
    if (!address) continue;
    sources.add(source_of(*address, part_of<Address>(havip.slots)->id, part_of<Address>(havip.eips)));
  }
}

template <class Address, class Side>
void fill_side(const model::Uplink& uplink, const Mac& gateway_mac, Side& side) {
  for (const auto& interface : model::interfaces_of<Address>(uplink))
    side.addresses.emplace_back(interface.address, interface.length);
  side.gateway = model::gateway_of<Address>(uplink).value_or(Address());
  side.gateway_mac = gateway_mac;
}

EndpointRef next_hop(const Registry& registry, const model::RouteVia& via, Family family) {
  if (via.kind == model::ViaKind::kPort) return EndpointRef(registry.ports.find(via.name)->second.id);
  if (via.kind == model::ViaKind::kHavip)
    return EndpointRef(registry.havips.find(via.name)->second.slots.of(family)->id);
  return {};
}

constexpr RouteKind kind_of(model::ViaKind via) noexcept {
  switch (via) {
    case model::ViaKind::kInternet:
      return RouteKind::kInternet;
    case model::ViaKind::kBlackhole:
      return RouteKind::kBlackhole;
    case model::ViaKind::kPort:
    case model::ViaKind::kHavip:
      break;
  }
  return RouteKind::kEndpoint;
}

template <class Address>
EipRow<Address> build_row(const Registry& registry, const EipEntry& entry, const Address& address) {
  using model::part_of;
  const model::Eip& eip = entry.spec;
  EipRow<Address> row{};
  row.address = address;
  row.rate = entry.rate_in.get();
  if (!eip.target) return row;
  if (eip.target->kind == model::TargetKind::kHavip) {
    const HavipEntry& havip = registry.havips.find(eip.target->name)->second;
    row.inner = AddressRewrite<Address>::between(address, *part_of<Address>(havip.spec));
    row.target = EndpointRef(part_of<Address>(havip.slots)->id);
    row.vpc = havip.subnet->vpc->id;
  } else {
    const PortEntry& port = registry.ports.find(eip.target->name)->second;
    row.inner = AddressRewrite<Address>::between(address, *part_of<Address>(port.spec));
    row.target = EndpointRef(port.id);
    row.vpc = registry.subnets.find(port.spec.subnet)->second.vpc->id;
  }
  return row;
}

template <class Address>
RouteTable<Address> build_routes(const Registry& registry, const VpcEntry& vpc) {
  using model::FamilyOf, model::part_of;
  std::vector<typename RouteTable<Address>::Route> routes;
  for (const auto& name : vpc.subnets) {
    if (const auto& range = part_of<Address>(registry.subnets.find(name)->second.spec))
      routes.push_back({*range, RouteKind::kSubnet});
  }
  for (const auto& [key, route] : vpc.routes) {
    if (const auto* to = std::get_if<typename FamilyOf<Address>::Prefix>(&route.to))
      routes.push_back(
          {*to, kind_of(route.via.kind), next_hop(registry, route.via, FamilyOf<Address>::kFamily)});
  }
  return RouteTable<Address>(std::move(routes));
}

}  // namespace

std::unique_ptr<VpcRow> build_vpc_row(const Registry& registry, const VpcEntry& vpc) {
  auto row = std::make_unique<VpcRow>();
  row->id = vpc.id;
  row->vni = vpc.spec.vni;
  row->ipv4 = build_routes<Ipv4>(registry, vpc);
  row->ipv6 = build_routes<Ipv6>(registry, vpc);
  return row;
}

std::unique_ptr<SubnetRow> build_subnet_row(const Registry& registry, const SubnetEntry& subnet) {
  auto row = std::make_unique<SubnetRow>();
  row->id = subnet.id;
  row->vpc = subnet.vpc->id;
  row->prefix = subnet.spec.ipv4.value_or(Ipv4Prefix());
  row->gateway = subnet.spec.gateway.value_or(Ipv4());
  row->prefix6 = subnet.spec.ipv6.value_or(Ipv6Prefix());
  row->gateway6 = subnet.spec.gateway6.value_or(Ipv6());
  row->is_managed = subnet.spec.managed;
  row->dns6 = model::dns_of<Ipv6>(subnet.spec);
  row->dhcp_options = build_dhcp_options(subnet.spec);
  row->groups = subnet.groups.get();
  for (const auto& name : subnet.ports) row->ports.push_back(registry.ports.find(name)->second.id);
  return row;
}

std::unique_ptr<PortRow> build_port_row(const Registry& registry, const PortEntry& port) {
  const SubnetEntry& subnet = registry.subnets.find(port.spec.subnet)->second;
  auto row = std::make_unique<PortRow>();
  row->id = port.id;
  row->role = PortRole::kVm;
  row->mac = port.spec.mac;
  row->vpc = subnet.vpc->id;
  row->subnet = subnet.id;
  row->mtu = std::min(port.mtu, subnet.vpc->spec.mtu);
  row->forwards = port.spec.forwards;
  row->clamps_mss = subnet.vpc->spec.clamp_mss;
  row->vrrp_filter = port.spec.vrrp_filter;
  row->looks_at_received = row->clamps_mss || drops(row->vrrp_filter, VrrpFilter::kOut);
  row->rate = port.rate.get();
  if (!port.havips.empty()) row->spoken = port.spoken.get();
  add_sources(registry, port, row->ipv4);
  add_sources(registry, port, row->ipv6);
  return row;
}

std::unique_ptr<PortRow> build_uplink_port_row(const UplinkEntry& uplink) {
  auto row = std::make_unique<PortRow>();
  row->id = uplink.id;
  row->role = PortRole::kUplink;
  row->mac = uplink.spec.mac;
  row->mtu = uplink.mtu;
  return row;
}

std::unique_ptr<HavipRow> build_havip_row(const Registry& registry, const HavipEntry& havip, Family family) {
  auto row = std::make_unique<HavipRow>();
  row->id = havip.slots.of(family)->id;
  row->vpc = havip.subnet->vpc->id;
  row->subnet = havip.subnet->id;
  row->is_ipv6 = family == Family::kIpv6;
  row->address = row->is_ipv6 ? Ipv4() : *havip.spec.ipv4;
  row->address6 = row->is_ipv6 ? *havip.spec.ipv6 : Ipv6();
  for (const auto& name : havip.spec.ports) row->ports.push_back(registry.ports.find(name)->second.id);
  return row;
}

std::unique_ptr<UplinkRow> build_uplink_row(const UplinkEntry& uplink, const GatewayMacs& macs) {
  auto row = std::make_unique<UplinkRow>();
  row->port = uplink.id;
  row->mac = uplink.spec.mac;
  row->mtu = uplink.mtu;
  fill_side<Ipv4>(uplink.spec, macs.ipv4, row->ipv4);
  fill_side<Ipv6>(uplink.spec, macs.ipv6, row->ipv6);
  return row;
}

EipRow<Ipv4> build_eip_row(const Registry& registry, const EipEntry& eip, const Ipv4& address) {
  return build_row(registry, eip, address);
}
EipRow<Ipv6> build_eip_row(const Registry& registry, const EipEntry& eip, const Ipv6& address) {
  return build_row(registry, eip, address);
}

}  // namespace vipswitch
