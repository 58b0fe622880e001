#pragma once

// The VRRP groups that bound ports speak or spoke for, from what workers note of each port. Control thread;
// no worker is asked. Cost: a pass over all ports.

#include <vector>

#include "control/publish/registry.h"
#include "control/runtime/havip_status.h"

namespace vipswitch {

// In order of subnet, family, VRID and port.
std::vector<VrrpSpeaker> list_vrrp_speakers(const Registry& registry, TimeMs now);

}  // namespace vipswitch
