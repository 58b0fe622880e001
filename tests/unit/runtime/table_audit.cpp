#include "tests/unit/runtime/table_audit.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <type_traits>
#include <variant>

#include "control/model/address_runs.h"
#include "control/model/families.h"
#include "control/text/format.h"

namespace vipswitch::testing {
namespace {

using model::Objects, model::part_of;

template <class Address, class Interface>
bool has_addresses(const UplinkSide<Address>& side, const std::vector<Interface>& wanted) {
  return std::equal(side.addresses.begin(), side.addresses.end(), wanted.begin(), wanted.end(),
                    [](const UplinkAddress<Address>& is, const Interface& should) {
                      return is.address == should.address &&
                             is.host_bits == UplinkAddress<Address>(should.address, should.length).host_bits;
                    });
}

class Audit {
 public:
  explicit Audit(InProcessSwitch& vswitch)
      : objects_(vswitch.service().objects()),
        registry_(vswitch.control().tables().registry()),
        tables_(vswitch.tables()) {}

  std::vector<std::string> run() {
    compare_names("VPCs", registry_.vpcs, objects_.vpcs);
    compare_names("subnets", registry_.subnets, objects_.subnets);
    compare_names("ports", registry_.ports, objects_.ports);
    compare_names("HAVIPs", registry_.havips, objects_.havips);
    compare_names("EIPs", registry_.eips, objects_.eips);
    look_at_route_registry();
    if (!found_.empty()) return found_;
    look_at_vpcs();
    look_at_subnets();
    look_at_ports();
    look_at_havips();
    look_at_eips();
    look_at_uplink();
    look_at_counts();
    return found_;
  }

 private:
  template <class... Args>
  void expect(bool is_right, fmt::format_string<Args...> text, Args&&... args) {
    if (!is_right) found_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }

  template <class Entries, class ByName>
  void compare_names(const char* what, const Entries& entries, const ByName& objects) {
    std::set<std::string> published, wanted;
    for (const auto& [name, entry] : entries) published.insert(name);
    for (const auto& [name, object] : objects) wanted.insert(name);
    expect(published == wanted, "{}: {} published, {} in the model, or others", what, published.size(),
           wanted.size());
  }

  const model::Subnet& subnet_of(const std::string& name) const {
    return objects_.subnets.find(name)->second;
  }
  VpcId vpc_id(const std::string& name) const { return registry_.vpcs.find(name)->second.id; }
  VpcId vpc_id_of_subnet(const std::string& name) const { return vpc_id(subnet_of(name).vpc); }
  SubnetId subnet_id(const std::string& name) const { return registry_.subnets.find(name)->second.id; }
  PortId port_id(const std::string& name) const { return registry_.ports.find(name)->second.id; }
  template <class Address>
  HavipId havip_id(const std::string& name) const {
    const auto& slot = part_of<Address>(registry_.havips.find(name)->second.slots);
    return slot ? slot->id : HavipId();
  }

  template <class Address>
  const Address* eip_of(model::TargetKind kind, const std::string& name) const {
    for (const auto& [eip_name, eip] : objects_.eips) {
      const auto* address = std::get_if<Address>(&eip.address);
      if (address && eip.target && eip.target->kind == kind && eip.target->name == name) return address;
    }
    return nullptr;
  }

  void look_at_route_registry() {
    model::Routes followed;
    for (const auto& [name, vpc] : registry_.vpcs) followed.insert(vpc.routes.begin(), vpc.routes.end());
    expect(followed == objects_.routes, "the tables follow {} routes, not the model's {}", followed.size(),
           objects_.routes.size());
  }

  void look_at_vpcs() {
    for (const auto& [name, vpc] : objects_.vpcs) {
      const VpcRow* row = tables_.vpcs.find(vpc_id(name));
      expect(row != nullptr, "VPC {} has no row", name);
      if (row == nullptr) continue;
      expect(row->id == vpc_id(name) && row->vni == vpc.vni, "VPC {} has another id or VNI", name);
      look_at_routes<Ipv4>(name, *row);
      look_at_routes<Ipv6>(name, *row);
    }
  }

  // What the address's longest prefix of the model leads to.
  template <class Address>
  std::pair<RouteKind, EndpointRef> route_of(const std::string& vpc, const Address& address) const {
    std::pair<RouteKind, EndpointRef> found{RouteKind::kInternet, {}};
    int longest = -1;
    for (const auto& [name, subnet] : objects_.subnets) {
      const auto& range = part_of<Address>(subnet);
      if (subnet.vpc == vpc && range && range->contains(address)) return {RouteKind::kSubnet, {}};
    }
    for (const auto& [key, route] : objects_.routes) {
      const auto* to = std::get_if<typename model::FamilyOf<Address>::Prefix>(&route.to);
      if (route.vpc != vpc || !to || !to->contains(address) || to->length <= longest) continue;
      longest = to->length;
      const auto& [kind, name] = route.via;
      if (kind == model::ViaKind::kPort) {
        found = {RouteKind::kEndpoint, EndpointRef(port_id(name))};
      } else if (kind == model::ViaKind::kHavip) {
        found = {RouteKind::kEndpoint, EndpointRef(havip_id<Address>(name))};
      } else {
        found = {kind == model::ViaKind::kInternet ? RouteKind::kInternet : RouteKind::kBlackhole, {}};
      }
    }
    return found;
  }

  // At the edges of every range, where a wrong table differs.
  template <class Address>
  void look_at_routes(const std::string& vpc, const VpcRow& row) {
    std::vector<typename model::FamilyOf<Address>::Prefix> ranges{{}};
    for (const auto& [name, subnet] : objects_.subnets) {
      const auto& range = part_of<Address>(subnet);
      if (subnet.vpc == vpc && range) ranges.push_back(*range);
    }
    for (const auto& [key, route] : objects_.routes) {
      const auto* to = std::get_if<typename model::FamilyOf<Address>::Prefix>(&route.to);
      if (route.vpc == vpc && to) ranges.push_back(*to);
    }
    const auto& table = row.routes<Address>();
    for (const auto& range : ranges) {
      for (const Address& address : {range.first(), range.last(), model::previous_address(range.first()),
                                     model::next_address(range.last())}) {
        const RouteRef found = table.lookup(address);
        const auto endpoint =
            found.kind() == RouteKind::kEndpoint ? table.row(found).endpoint : EndpointRef();
        expect(std::pair(found.kind(), endpoint) == route_of(vpc, address),
               "VPC {} has another route at an edge of {}", vpc, range);
      }
    }
  }

  void look_at_subnets() {
    for (const auto& [name, subnet] : objects_.subnets) {
      const SubnetRow* row = tables_.subnets.find(subnet_id(name));
      expect(row != nullptr, "subnet {} has no row", name);
      if (row == nullptr) continue;
      std::set<PortId> wanted, listed(row->ports.begin(), row->ports.end());
      for (const auto& [port_name, port] : objects_.ports) {
        if (port.subnet == name) wanted.insert(port_id(port_name));
      }
      expect(row->id == subnet_id(name) && row->vpc == vpc_id(subnet.vpc), "subnet {} has another id or VPC",
             name);
      expect(row->prefix == subnet.ipv4.value_or(Ipv4Prefix()) &&
                 row->gateway == subnet.gateway.value_or(Ipv4()),
             "subnet {} has another prefix", name);
      expect(row->prefix6 == subnet.ipv6.value_or(Ipv6Prefix()) &&
                 row->gateway6 == subnet.gateway6.value_or(Ipv6()),
             "subnet {} has another IPv6 prefix", name);
      expect(listed == wanted && row->ports.size() == wanted.size(), "subnet {} lists other ports", name);
      expect_endpoint(subnet.vpc, subnet.gateway, EndpointRef::gateway(row->id), "the gateway of " + name);
      expect_endpoint(subnet.vpc, subnet.gateway6, EndpointRef::gateway(row->id), "the gateway of " + name);
    }
  }

  template <class Address>
  void expect_endpoint(const std::string& vpc, const std::optional<Address>& address, EndpointRef wanted,
                       const std::string& what) {
    if (!address) return;
    ++(std::is_same_v<Address, Ipv4> ? endpoints_ : endpoints6_);
    expect(tables_.of<Address>().lookup_endpoint(vpc_id(vpc), *address) == wanted,
           "{} is not the endpoint {}", what, *address);
  }

  template <class Address>
  void expect_source(const PortSource<Address>& source, const Address* eip, const std::string& what) {
    const auto wanted =
        eip ? AddressRewrite<Address>::between(source.address, *eip) : AddressRewrite<Address>{};
    const RateLimiter* rate = eip ? rate_out_of(*eip) : nullptr;
    expect(source.eip_rate == rate, "{} leaves at another rate than its EIP's", what);
    expect(source.eip.is_set() == wanted.is_set() && source.eip.to == wanted.to &&
               source.eip.delta == wanted.delta,
           "{} leaves by another EIP than the model's", what);
  }

  const RateLimiter* rate_out_of(const IpAddress& eip) {
    for (const auto& [name, entry] : registry_.eips) {
      if (entry.spec.address != eip) continue;
      expect((entry.rate_out != nullptr) == objects_.eips.find(name)->second.rates.out_mbps.has_value(),
             "EIP {} has another rate outwards", name);
      return entry.rate_out.get();
    }
    return nullptr;
  }

  void look_at_ports() {
    for (const auto& [name, port] : objects_.ports) {
      const PortRow* row = tables_.ports.find(port_id(name));
      expect(row != nullptr, "port {} has no row", name);
      if (row == nullptr) continue;
      const auto& subnet = subnet_of(port.subnet);
      expect(row->id == port_id(name) && row->role == PortRole::kVm, "port {} has another id or role", name);
      expect(row->mac == port.mac && row->vpc == vpc_id(subnet.vpc) && row->subnet == subnet_id(port.subnet),
             "port {} has another MAC, VPC or subnet", name);
      const model::Vpc& vpc = objects_.vpcs.find(subnet.vpc)->second;
      expect(row->forwards == port.forwards && row->clamps_mss == vpc.clamp_mss && row->mtu <= vpc.mtu,
             "port {} forwards, clamps or carries otherwise", name);
      expect(row->vrrp_filter == port.vrrp_filter, "port {} is cut off from other adverts", name);
      expect(row->looks_at_received == (row->clamps_mss || drops(row->vrrp_filter, VrrpFilter::kOut)),
             "port {} looks at what it receives for another reason", name);
      expect((row->rate != nullptr) == port.rate_mbps.has_value(), "port {} has another rate", name);
      look_at_sources(port, row->ipv4);
      look_at_sources(port, row->ipv6);
      expect_endpoint(subnet.vpc, port.ipv4, EndpointRef(row->id), "port " + name);
      expect_endpoint(subnet.vpc, port.ipv6, EndpointRef(row->id), "port " + name);
      expect(tables_.macs.lookup(MacKey(subnet_id(port.subnet), port.mac)) == EndpointRef(row->id).raw(),
             "port {} is not found by its MAC", name);
      expect(registry_.port_name(row->id) == name, "port {} is not found by its id", name);
    }
  }

  template <class Address>
  void look_at_sources(const model::Port& port, const PortSources<Address>& sources) {
    std::size_t wanted = 0;
    if (const auto& own = part_of<Address>(port)) {
      ++wanted;
      expect(sources.count > 0 && sources[0].address == *own && !sources[0].is_havip(),
             "port {} has another address", port.name);
      expect_source(sources[0], eip_of<Address>(model::TargetKind::kPort, port.name), "port " + port.name);
    }
    for (const auto& [name, havip] : objects_.havips) {
      const auto& address = part_of<Address>(havip);
      if (!address || std::find(havip.ports.begin(), havip.ports.end(), port.name) == havip.ports.end())
        continue;
      ++wanted;
      const std::uint8_t index = sources.index_of(*address);
      expect(index < sources.count && sources[index].havip == havip_id<Address>(name),
             "port {} may not send from {}", port.name, name);
      if (index < sources.count) {
        expect_source(sources[index], eip_of<Address>(model::TargetKind::kHavip, name),
                      "HAVIP " + name + " at " + port.name);
      }
    }
    expect(sources.count == wanted, "port {} has {} sources, not {}", port.name, sources.count, wanted);
  }

  void look_at_havips() {
    for (const auto& [name, havip] : objects_.havips) {
      look_at_slot<Ipv4>(havip);
      look_at_slot<Ipv6>(havip);
    }
    expect(registry_.slot_holders.size() == slots_, "ids of HAVIPs that are gone are left");
  }

  template <class Address>
  void look_at_slot(const model::Havip& havip) {
    const HavipId id = havip_id<Address>(havip.name);
    const auto& address = part_of<Address>(havip);
    expect(id.is_valid() == address.has_value(), "HAVIP {} has a slot or an address alone", havip.name);
    if (!id.is_valid() || !address) return;
    ++slots_;
    const HavipRow* row = tables_.havips.warm(id).row.load();
    expect(row != nullptr, "HAVIP {} has no row", havip.name);
    if (row == nullptr) return;
    std::vector<PortId> bound;
    for (const auto& port : havip.ports) bound.push_back(port_id(port));
    expect(row->id == id && unmapped(row->any_address()) == IpAddress(*address),
           "HAVIP {} has another id or address", havip.name);
    expect(row->vpc == vpc_id_of_subnet(havip.subnet) && row->subnet == subnet_id(havip.subnet),
           "HAVIP {} is in another VPC or subnet", havip.name);
    expect(row->ports == bound, "HAVIP {} lists other ports", havip.name);
    expect_endpoint(subnet_of(havip.subnet).vpc, address, EndpointRef(id), "HAVIP " + havip.name);
    if (std::is_same_v<Address, Ipv6>) {
      ++macs_;
      expect(tables_.macs.lookup(MacKey(row->subnet, row->stable_mac())) == EndpointRef(id).raw(),
             "HAVIP {} is not found by its MAC", havip.name);
    }
    const auto back = registry_.slot_holders.find(id);
    expect(back != registry_.slot_holders.end() && back->second.havip == havip.name &&
               back->second.family == model::FamilyOf<Address>::kFamily,
           "HAVIP {} is not found by its id", havip.name);
    look_at_election(havip.name, id, {bound.begin(), bound.end()});
  }

  void look_at_election(const std::string& name, HavipId id, const std::set<PortId>& bound) {
    const owner::Election& election = tables_.havips.cold(id).election;
    std::set<PortId> members;
    for (std::size_t i = 0; i < election.member_count(); ++i) members.insert(election.member(i, 0).port);
    expect(members == bound, "the election of {} has other members than are bound", name);
    const OwnerWord owner = tables_.havips.owner_word(id);
    expect(!owner.is_local() || bound.contains(owner.port()), "HAVIP {} is owned by a port that is not bound",
           name);
    expect(owner.is_local() == election.owner().is_valid(),
           "the owner word of {} is not what the election says", name);
  }

  void look_at_eips() {
    for (const auto& [name, eip] : objects_.eips)
      std::visit([&, &found = eip](const auto& address) { look_at_eip(found, address); }, eip.address);
    expect(eip_rows_.size() == objects_.eips.size(), "EIPs share rows");
  }

  template <class Address>
  void look_at_eip(const model::Eip& eip, const Address& address) {
    const EipRow<Address>* row = tables_.of<Address>().eips.lookup(address);
    expect(row != nullptr && row->address == address, "EIP {} is not found", eip.name);
    if (row == nullptr) return;
    eip_rows_.insert(row);
    expect(tables_.of<Address>().eip_filter.may_hold(address), "EIP {} is not in the filter", eip.name);
    expect((row->rate != nullptr) == eip.rates.in_mbps.has_value(), "EIP {} has another rate inwards",
           eip.name);
    expect(row->has_target() == eip.target.has_value(), "EIP {} has a target in one place only", eip.name);
    if (!eip.target) return;
    const bool is_port = eip.target->kind == model::TargetKind::kPort;
    const auto& inner = is_port ? part_of<Address>(objects_.ports.find(eip.target->name)->second)
                                : part_of<Address>(objects_.havips.find(eip.target->name)->second);
    const EndpointRef target =
        is_port ? EndpointRef(port_id(eip.target->name)) : EndpointRef(havip_id<Address>(eip.target->name));
    const auto wanted = AddressRewrite<Address>::between(address, *inner);
    const auto& subnet = is_port ? objects_.ports.find(eip.target->name)->second.subnet
                                 : objects_.havips.find(eip.target->name)->second.subnet;
    expect(row->vpc == vpc_id_of_subnet(subnet), "EIP {} has its target in another VPC", eip.name);
    expect(row->target == target && row->inner.to == *inner && row->inner.delta == wanted.delta,
           "EIP {} leads elsewhere", eip.name);
  }

  void look_at_uplink() {
    const UplinkRow* row = tables_.uplink.load();
    expect((row != nullptr) == objects_.uplink.has_value(), "the uplink is in one place only");
    if (row == nullptr || !objects_.uplink) return;
    const model::Uplink& uplink = *objects_.uplink;
    expect(row->mac == uplink.mac && has_addresses(row->ipv4, uplink.addresses) &&
               row->ipv4.gateway == uplink.gateway.value_or(Ipv4()),
           "the uplink has another MAC, addresses or gateway");
    expect(
        has_addresses(row->ipv6, uplink.addresses6) && row->ipv6.gateway == uplink.gateway6.value_or(Ipv6()),
        "the uplink has other IPv6 addresses or another gateway");
    const PortRow* port = tables_.ports.find(row->port);
    expect(port != nullptr && port->role == PortRole::kUplink && port->mac == uplink.mac,
           "the uplink's port row is another");
  }

  template <class Tag, class Row>
  static std::size_t count_rows(const RowTable<Tag, Row>& table) {
    std::size_t count = 0;
    for (std::uint32_t id = 0; id < table.capacity(); ++id)
      count += table.find(Id<Tag>(id)) != nullptr ? 1 : 0;
    return count;
  }

  void look_at_counts() {
    const std::size_t uplink = objects_.uplink ? 1 : 0;
    std::size_t open_slots = 0;
    for (std::uint32_t id = 0; id < tables_.havips.capacity(); ++id) {
      open_slots += tables_.havips.warm(HavipId(id)).row.load() != nullptr ? 1 : 0;
    }
    expect(tables_.ipv4.endpoints.size() == endpoints_ && tables_.ipv6.endpoints.size() == endpoints6_,
           "{} and {} endpoints, not {} and {}", tables_.ipv4.endpoints.size(), tables_.ipv6.endpoints.size(),
           endpoints_, endpoints6_);
    expect(tables_.macs.size() == objects_.ports.size() + macs_, "{} MACs", tables_.macs.size());
    const auto eips = tables_.ipv4.eips.size() + tables_.ipv6.eips.size();
    expect(eips == objects_.eips.size(), "{} EIP keys", eips);
    expect(count_rows(tables_.vpcs) == objects_.vpcs.size(), "{} VPC rows", count_rows(tables_.vpcs));
    expect(count_rows(tables_.subnets) == objects_.subnets.size(), "{} subnet rows",
           count_rows(tables_.subnets));
    expect(count_rows(tables_.ports) == objects_.ports.size() + uplink, "{} port rows",
           count_rows(tables_.ports));
    expect(open_slots == slots_, "{} open HAVIP slots", open_slots);
  }

  const Objects& objects_;
  const Registry& registry_;
  Tables& tables_;
  std::size_t endpoints_ = 0, endpoints6_ = 0, macs_ = 0, slots_ = 0;
  std::set<const void*> eip_rows_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> audit(InProcessSwitch& vswitch) {
  return Audit(vswitch).run();
}

std::vector<std::string> audit_empty(InProcessSwitch& vswitch) {
  auto found = audit(vswitch);
  const auto expect_free = [&](const char* table, std::uint32_t room, std::uint32_t capacity) {
    if (room != capacity) found.push_back(fmt::format("{}: room for {} of {}", table, room, capacity));
  };
  const Tables& tables = vswitch.tables();
  expect_free("endpoints", tables.ipv4.endpoints.room(), tables.ipv4.endpoints.capacity());
  expect_free("macs", tables.macs.room(), tables.macs.capacity());
  expect_free("eips", tables.ipv4.eips.free_rows(), tables.ipv4.eips.all_rows());
  expect_free("neighbours", tables.ipv4.neighbours.room(), tables.ipv4.neighbours.capacity());
  expect_free("endpoints6", tables.ipv6.endpoints.room(), tables.ipv6.endpoints.capacity());
  expect_free("eips6", tables.ipv6.eips.free_rows(), tables.ipv6.eips.all_rows());
  expect_free("neighbours6", tables.ipv6.neighbours.room(), tables.ipv6.neighbours.capacity());
  if (!(vswitch.service().objects() == model::Objects())) found.push_back("the model is not empty");
  return found;
}

}  // namespace vipswitch::testing
