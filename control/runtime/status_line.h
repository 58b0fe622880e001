#pragma once

// The switch in one line, for `systemctl status`: "forwarding; links up: 3 of 3; HAVIPs with an owner: 1 of
// 2". Costs one load for each HAVIP. Control thread only.

#include <string>

#include "control/runtime/control_plane.h"
#include "control/runtime/runtime_view.h"

namespace vipswitch {

std::string status_line(ControlPlane& control, const RuntimeView& runtime);

}  // namespace vipswitch
