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
std::unique_ptr<HavipRow> build_havip_row(const Registry& registry, const HavipEntry& havip);
std::unique_ptr<UplinkRow> build_uplink_row(const UplinkEntry& uplink, const Mac& gateway_mac);
EipRow<Ipv4> build_eip_row(const Registry& registry, const model::Eip& eip);

}  // namespace vipswitch
