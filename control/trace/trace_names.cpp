#include "control/trace/trace_names.h"

#include <algorithm>
#include <fmt/format.h>

#include "control/text/format.h"

namespace vipswitch {

std::string TraceNames::port(PortId id) const {
  if (!id.is_valid()) return "nobody";
  if (registry_.uplink && registry_.uplink->id == id) return std::string(kUplinkName);
  const std::string name = registry_.port_name(id);
  return name.empty() ? "a port that is gone" : name;
}

std::string TraceNames::havip(HavipId id) const {
  const auto found = registry_.slot_holders.find(id);
  return found == registry_.slot_holders.end() ? "a HAVIP that is gone" : found->second.havip;
}

std::string TraceNames::subnet_of(std::string_view port) const {
  const auto found = registry_.ports.find(port);
  return found == registry_.ports.end() ? std::string() : found->second.spec.subnet;
}

std::string TraceNames::vpc_of(std::string_view port) const {
  const auto subnet = registry_.subnets.find(subnet_of(port));
  return subnet == registry_.subnets.end() ? std::string() : subnet->second.spec.vpc;
}

EndpointRef TraceNames::lookup_endpoint(VpcId vpc, const Ipv6& address) const {
  return address.is_ipv4_mapped() ? tables_.ipv4.lookup_endpoint(vpc, address.mapped_ipv4())
                                  : tables_.ipv6.lookup_endpoint(vpc, address);
}

std::string TraceNames::subnet(SubnetId id) const {
  for (const auto& [name, subnet] : registry_.subnets) {
    if (subnet.id == id) return name;
  }
  return "a subnet that is gone";
}

std::string TraceNames::holder(std::string_view vpc, const Ipv6& address) const {
  const auto found = registry_.vpcs.find(vpc);
  if (found == registry_.vpcs.end()) {
    const std::string outside = eip(address);
    return outside.empty() ? "no EIP" : outside;
  }
  const auto endpoint = lookup_endpoint(found->second.id, address);
  switch (endpoint.kind()) {
    case EndpointKind::kHavip:
      return fmt::format("HAVIP {}", havip(endpoint.havip()));
    case EndpointKind::kPort:
      return fmt::format("{}'s own address", port(endpoint.port()));
    case EndpointKind::kGateway:
      return fmt::format("the gateway of subnet {}", subnet(endpoint.subnet()));
    default:
      return "nobody's address";
  }
}

std::string TraceNames::target(EndpointRef endpoint) const {
  return endpoint.kind() == EndpointKind::kHavip ? fmt::format("HAVIP {}", havip(endpoint.havip()))
                                                 : fmt::format("port {}", port(endpoint.port()));
}

std::string TraceNames::eip(const Ipv6& address) const {
  const auto found = std::find_if(registry_.eips.begin(), registry_.eips.end(), [&](const auto& entry) {
    return entry.second.spec.address == unmapped(address);
  });
  const std::string name = found == registry_.eips.end() ? "an EIP" : fmt::format("EIP {}", found->first);
  const auto tell = [&](const auto* row) -> std::string {
    if (row == nullptr) return {};
    return row->has_target() ? fmt::format("{} of {}", name, target(row->target))
                             : fmt::format("{}, which has no target", name);
  };
  return address.is_ipv4_mapped() ? tell(tables_.ipv4.eips.lookup(address.mapped_ipv4()))
                                  : tell(tables_.ipv6.eips.lookup(address));
}

std::string TraceNames::mac_holder(std::string_view subnet, const Mac& mac) const {
  for (const auto& [name, port] : registry_.ports) {
    if (port.spec.mac == mac && port.spec.subnet == subnet) return fmt::format("port {}", name);
  }
  return {};
}

bool TraceNames::is_inside(std::string_view vpc, const Ipv6& address) const {
  const auto found = registry_.vpcs.find(vpc);
  if (found == registry_.vpcs.end()) return false;
  const VpcRow* row = tables_.vpcs.find(found->second.id);
  if (row == nullptr) return false;
  return address.is_ipv4_mapped() ? row->contains(address.mapped_ipv4()) : row->contains(address);
}

}  // namespace vipswitch
