#pragma once

// Rules for what has an address of a subnet: ports and HAVIPs. Used by the *_rules.cpp files alone.

#include "control/model/model.h"
#include "vipswitch/result.h"

namespace vipswitch::model {

// An address of the subnet that is neither reserved nor taken.
Result<void> check_member_address(const Indexes& indexes, const Subnet& subnet, Ipv4 address);

}  // namespace vipswitch::model
