#pragma once

// The operator's names for what the pipeline knows by ids and addresses. Looks into the tables as the stages
// do, and through the registry, so it is for single packets.

#include <string>

#include "control/publish/registry.h"
#include "dataplane/tables.h"
#include "vipswitch/address.h"

namespace vipswitch {

class TraceNames {
 public:
  TraceNames(const Registry& registry, const Tables& tables) : registry_(registry), tables_(tables) {}

  const Registry& registry() const noexcept { return registry_; }

  // Also of the uplink; `nobody` for no port, `a port that is gone`.
  std::string port(PortId id) const;
  std::string havip(HavipId id) const;
  // Of the VPC that the port belongs to; empty for the uplink.
  std::string vpc_of(std::string_view port) const;
  std::string subnet_of(std::string_view port) const;

  // Addresses of either family, IPv4 as ::ffff:a.b.c.d.
  // `vm1-eth0's own address`, `HAVIP front`, `the gateway of subnet web`, `nobody's address`.
  std::string holder(std::string_view vpc, const Ipv6& address) const;
  // `EIP front-public of HAVIP front`, or empty.
  std::string eip(const Ipv6& address) const;
  // `port vm1-eth0`, or empty.
  std::string mac_holder(std::string_view subnet, const Mac& mac) const;
  bool is_inside(std::string_view vpc, const Ipv6& address) const;
  // As the target of an EIP or a route: `HAVIP front`.
  std::string target(EndpointRef endpoint) const;

 private:
  EndpointRef lookup_endpoint(VpcId vpc, const Ipv6& address) const;
  std::string subnet(SubnetId id) const;

  const Registry& registry_;
  const Tables& tables_;
};

}  // namespace vipswitch
