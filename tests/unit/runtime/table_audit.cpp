#include "tests/unit/runtime/table_audit.h"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "control/text/format.h"

namespace vipswitch::testing {
namespace {

using model::Objects;

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
  HavipId havip_id(const std::string& name) const { return registry_.havips.find(name)->second.id; }

  const model::Eip* eip_of(model::TargetKind kind, const std::string& name) const {
    for (const auto& [eip_name, eip] : objects_.eips) {
      if (eip.target && eip.target->kind == kind && eip.target->name == name) return &eip;
    }
    return nullptr;
  }

  void look_at_vpcs() {
    for (const auto& [name, vpc] : objects_.vpcs) {
      const VpcRow* row = tables_.vpcs.find(vpc_id(name));
      expect(row != nullptr, "VPC {} has no row", name);
      if (row == nullptr) continue;
      std::size_t prefixes = 0;
      for (const auto& [subnet_name, subnet] : objects_.subnets) {
        if (subnet.vpc != name) continue;
        ++prefixes;
        expect(std::count(row->prefixes.begin(), row->prefixes.end(), subnet.ipv4) == 1,
               "VPC {} lacks the prefix of subnet {}", name, subnet_name);
      }
      expect(row->id == vpc_id(name) && row->vni == vpc.vni, "VPC {} has another id or VNI", name);
      expect(row->prefixes.size() == prefixes, "VPC {} has {} prefixes, not {}", name, row->prefixes.size(),
             prefixes);
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
      expect(row->prefix == subnet.ipv4 && row->gateway == subnet.gateway, "subnet {} has another prefix",
             name);
      expect(listed == wanted && row->ports.size() == wanted.size(), "subnet {} lists other ports", name);
      expect_endpoint(subnet.vpc, subnet.gateway, EndpointRef::gateway(row->id), "the gateway of " + name);
    }
  }

  void expect_endpoint(const std::string& vpc, Ipv4 address, EndpointRef wanted, const std::string& what) {
    ++endpoints_;
    expect(tables_.ipv4.lookup_endpoint(vpc_id(vpc), address) == wanted, "{} is not the endpoint {}", what,
           address);
  }

  void expect_source(const PortSource<Ipv4>& source, const model::Eip* eip, const std::string& what) {
    const auto wanted =
        eip ? AddressRewrite<Ipv4>::between(source.address, eip->ipv4) : AddressRewrite<Ipv4>{};
    expect(
        source.eip.is_set == wanted.is_set && source.eip.to == wanted.to && source.eip.delta == wanted.delta,
        "{} leaves by another EIP than the model's", what);
  }

  void look_at_ports() {
    for (const auto& [name, port] : objects_.ports) {
      const PortRow* row = tables_.ports.find(port_id(name));
      expect(row != nullptr && row->ipv4.count > 0, "port {} has no row", name);
      if (row == nullptr || row->ipv4.count == 0) continue;
      const auto& subnet = subnet_of(port.subnet);
      expect(row->id == port_id(name) && row->role == PortRole::kVm, "port {} has another id or role", name);
      expect(row->mac == port.mac && row->vpc == vpc_id(subnet.vpc) && row->subnet == subnet_id(port.subnet),
             "port {} has another MAC, VPC or subnet", name);
      expect(row->ipv4[0].address == port.ipv4 && !row->ipv4[0].havip.is_valid(),
             "port {} has another address", name);
      expect_source(row->ipv4[0], eip_of(model::TargetKind::kPort, name), "port " + name);
      expect_endpoint(subnet.vpc, port.ipv4, EndpointRef(row->id), "port " + name);
      expect(tables_.macs.lookup(MacKey(subnet_id(port.subnet), port.mac)) == EndpointRef(row->id).raw(),
             "port {} is not found by its MAC", name);
      expect(registry_.port_name(row->id) == name, "port {} is not found by its id", name);
      look_at_bindings(name, *row);
    }
  }

  void look_at_bindings(const std::string& port, const PortRow& row) {
    std::size_t bound = 0;
    for (const auto& [name, havip] : objects_.havips) {
      if (std::find(havip.ports.begin(), havip.ports.end(), port) == havip.ports.end()) continue;
      ++bound;
      const std::uint8_t index = row.ipv4.index_of(havip.ipv4);
      expect(index < row.ipv4.count && row.ipv4[index].havip == havip_id(name),
             "port {} may not send from {}", port, name);
      if (index < row.ipv4.count) {
        expect_source(row.ipv4[index], eip_of(model::TargetKind::kHavip, name),
                      "HAVIP " + name + " at " + port);
      }
    }
    expect(row.ipv4.count == 1 + bound, "port {} has {} HAVIPs, not {}", port, row.ipv4.count - 1, bound);
  }

  void look_at_havips() {
    for (const auto& [name, havip] : objects_.havips) {
      const HavipId id = havip_id(name);
      const HavipRow* row = tables_.havips.hot(id).row.load();
      expect(row != nullptr, "HAVIP {} has no row", name);
      if (row == nullptr) continue;
      std::vector<PortId> bound;
      for (const auto& port : havip.ports) bound.push_back(port_id(port));
      expect(row->id == id && row->address == havip.ipv4, "HAVIP {} has another id or address", name);
      expect(row->vpc == vpc_id_of_subnet(havip.subnet) && row->subnet == subnet_id(havip.subnet),
             "HAVIP {} is in another VPC or subnet", name);
      expect(row->ports == bound, "HAVIP {} lists other ports", name);
      expect_endpoint(subnet_of(havip.subnet).vpc, havip.ipv4, EndpointRef(id), "HAVIP " + name);
      const auto back = registry_.havip_names.find(id);
      expect(back != registry_.havip_names.end() && back->second == name, "HAVIP {} is not found by its id",
             name);
      look_at_election(name, id, {bound.begin(), bound.end()});
    }
    expect(registry_.havip_names.size() == objects_.havips.size(), "ids of HAVIPs that are gone are left");
  }

  void look_at_election(const std::string& name, HavipId id, const std::set<PortId>& bound) {
    const owner::Election& election = tables_.havips.cold(id).election;
    std::set<PortId> members;
    for (std::size_t i = 0; i < election.member_count(); ++i) members.insert(election.member(i, 0).port);
    expect(members == bound, "the election of {} has other members than are bound", name);
    const OwnerWord owner = tables_.havips.hot(id).owner_word();
    expect(!owner.is_local() || bound.contains(owner.port()), "HAVIP {} is owned by a port that is not bound",
           name);
    expect(owner.is_local() == election.owner().is_valid(),
           "the owner word of {} is not what the election says", name);
  }

  void look_at_eips() {
    std::set<const EipRow<Ipv4>*> rows;
    for (const auto& [name, eip] : objects_.eips) {
      const EipRow<Ipv4>* row = tables_.ipv4.lookup_eip(eip.ipv4);
      expect(row != nullptr && row->address == eip.ipv4, "EIP {} is not found", name);
      if (row == nullptr) continue;
      expect(rows.insert(row).second, "EIP {} shares its row", name);
      expect(row->inner.is_set == eip.target.has_value(), "EIP {} has a target in one place only", name);
      if (!eip.target) continue;
      const bool is_port = eip.target->kind == model::TargetKind::kPort;
      const Ipv4 inner = is_port ? objects_.ports.find(eip.target->name)->second.ipv4
                                 : objects_.havips.find(eip.target->name)->second.ipv4;
      const EndpointRef target =
          is_port ? EndpointRef(port_id(eip.target->name)) : EndpointRef(havip_id(eip.target->name));
      const auto wanted = AddressRewrite<Ipv4>::between(eip.ipv4, inner);
      expect(row->target == target && row->inner.to == inner && row->inner.delta == wanted.delta,
             "EIP {} leads elsewhere", name);
    }
  }

  void look_at_uplink() {
    const UplinkRow* row = tables_.uplink.load();
    expect((row != nullptr) == objects_.uplink.has_value(), "the uplink is in one place only");
    if (row == nullptr || !objects_.uplink) return;
    const model::Uplink& uplink = *objects_.uplink;
    expect(row->mac == uplink.mac && row->ipv4.addresses == uplink.addresses &&
               row->ipv4.gateway == uplink.gateway,
           "the uplink has another MAC, addresses or gateway");
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
      open_slots += tables_.havips.hot(HavipId(id)).row.load() != nullptr ? 1 : 0;
    }
    expect(tables_.ipv4.endpoints.size() == endpoints_, "{} endpoints, not {}", tables_.ipv4.endpoints.size(),
           endpoints_);
    expect(tables_.macs.size() == objects_.ports.size(), "{} MACs", tables_.macs.size());
    expect(tables_.ipv4.eips.size() == objects_.eips.size(), "{} EIP keys", tables_.ipv4.eips.size());
    expect(count_rows(tables_.vpcs) == objects_.vpcs.size(), "{} VPC rows", count_rows(tables_.vpcs));
    expect(count_rows(tables_.subnets) == objects_.subnets.size(), "{} subnet rows",
           count_rows(tables_.subnets));
    expect(count_rows(tables_.ports) == objects_.ports.size() + uplink, "{} port rows",
           count_rows(tables_.ports));
    expect(open_slots == objects_.havips.size(), "{} open HAVIP slots", open_slots);
  }

  const Objects& objects_;
  const Registry& registry_;
  Tables& tables_;
  std::size_t endpoints_ = 0;
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
  expect_free("eips", tables.ipv4.eips.room(), tables.ipv4.eips.capacity());
  expect_free("neighbours", tables.ipv4.neighbours.room(), tables.ipv4.neighbours.capacity());
  if (!(vswitch.service().objects() == model::Objects())) found.push_back("the model is not empty");
  return found;
}

}  // namespace vipswitch::testing
