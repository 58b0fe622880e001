#include "control/trace/trace_names.h"

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

std::string TraceNames::holder(std::string_view vpc, Ipv4 address) const {
  const auto is_in_vpc = [&](const std::string& subnet) {
    const auto found = registry_.subnets.find(subnet);
    return found != registry_.subnets.end() && found->second.spec.vpc == vpc;
  };
  for (const auto& [name, havip] : registry_.havips) {
    if (havip.spec.ipv4 == address && is_in_vpc(havip.spec.subnet)) return fmt::format("HAVIP {}", name);
  }
  for (const auto& [name, port] : registry_.ports) {
    if (port.spec.ipv4 == address && is_in_vpc(port.spec.subnet))
      return fmt::format("{}'s own address", name);
  }
  for (const auto& [name, subnet] : registry_.subnets) {
    if (subnet.spec.gateway == address && subnet.spec.vpc == vpc)
      return fmt::format("the gateway of subnet {}", name);
  }
  return "nobody's address";
}

std::string TraceNames::eip(Ipv4 address) const {
  for (const auto& [name, eip] : registry_.eips) {
    if (eip.spec.ipv4 != address) continue;
    if (!eip.spec.target) return fmt::format("EIP {}, which has no target", name);
    const bool is_havip = eip.spec.target->kind == model::TargetKind::kHavip;
    return fmt::format("EIP {} of {} {}", name, is_havip ? "HAVIP" : "port", eip.spec.target->name);
  }
  return {};
}

std::string TraceNames::mac_holder(std::string_view subnet, const Mac& mac) const {
  for (const auto& [name, port] : registry_.ports) {
    if (port.spec.mac == mac && port.spec.subnet == subnet) return fmt::format("port {}", name);
  }
  return {};
}

bool TraceNames::is_inside(std::string_view vpc, Ipv4 address) const {
  for (const auto& [name, subnet] : registry_.subnets) {
    if (subnet.spec.vpc == vpc && subnet.spec.ipv4.contains(address)) return true;
  }
  return false;
}

}  // namespace vipswitch
