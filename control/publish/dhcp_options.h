#pragma once

// The options (RFC 2132) that the switch tells all guests of a subnet by DHCPv4, made once for the row; the
// worker copies those that a client asks for (dataplane/dhcp_answer.h).

#include <cstdint>
#include <vector>

#include "control/model/objects.h"

namespace vipswitch {

// Empty if the subnet has no IPv4 or DHCP is off. With routes the default route is one of them, since clients
// that know them ignore the router option (RFC 3442).
std::vector<std::uint8_t> build_dhcp_options(const model::Subnet& subnet);

}  // namespace vipswitch
