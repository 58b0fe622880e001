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
  const auto found = registry_.havip_names.find(id);
  return found == registry_.havip_names.end() ? "a HAVIP that is gone" : found->second;
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
  const auto endpoint =
      found == registry_.vpcs.end() ? EndpointRef() : lookup_endpoint(found->second.id, address);
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
  if (!address.is_ipv4_mapped()) {
    const auto* row = tables_.ipv6.lookup_eip(address);
    if (row == nullptr) return {};
    return row->inner.is_set ? fmt::format("an EIP of {}", target(row->target)) : "an EIP without a target";
  }
  const Ipv4 ipv4 = address.mapped_ipv4();
  const auto* row = tables_.ipv4.lookup_eip(ipv4);
  if (row == nullptr) return {};
  const auto found = std::find_if(registry_.eips.begin(), registry_.eips.end(),
                                  [&](const auto& entry) { return entry.second.spec.ipv4 == ipv4; });
  const std::string name = found == registry_.eips.end() ? "of no name" : found->first;
  return row->inner.is_set ? fmt::format("EIP {} of {}", name, target(row->target))
                           : fmt::format("EIP {}, which has no target", name);
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
