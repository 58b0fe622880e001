#pragma once

// Rows of the tables from what the registry says. Pure: nothing is published here.

#include <memory>

#include "control/publish/registry.h"
#include "dataplane/rows.h"

namespace vipswitch {

std::unique_ptr<VpcRow> build_vpc_row(const Registry& registry, const VpcEntry& vpc);
std::unique_ptr<SubnetRow> build_subnet_row(const Registry& registry, const SubnetEntry& subnet);
std::unique_ptr<PortRow> build_port_row(const Registry& registry, const PortEntry& port);
std::unique_ptr<PortRow> build_uplink_port_row(const UplinkEntry& uplink);
// Of the slot that the HAVIP has for the family.
std::unique_ptr<HavipRow> build_havip_row(const Registry& registry, const HavipEntry& havip, Family family);

// The MACs of the gateways; zero: not resolved.
struct GatewayMacs {
  Mac ipv4;
  Mac ipv6;
};
std::unique_ptr<UplinkRow> build_uplink_row(const UplinkEntry& uplink, const GatewayMacs& macs);

// `address` is the EIP's.
EipRow<Ipv4> build_eip_row(const Registry& registry, const EipEntry& eip, const Ipv4& address);
EipRow<Ipv6> build_eip_row(const Registry& registry, const EipEntry& eip, const Ipv6& address);

}  // namespace vipswitch
