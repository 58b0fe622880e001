#include "control/runtime/status_line.h"

#include <algorithm>
#include <fmt/format.h>

namespace vipswitch {

std::string status_line(ControlPlane& control, const RuntimeView& runtime) {
  const Registry& registry = control.tables().registry();
  const HavipTable& havips = control.host().tables().havips;
  const auto owned =
      std::count_if(registry.slot_holders.begin(), registry.slot_holders.end(),
                    [&](const auto& slot) { return havips.owner_word(slot.first).is_local(); });
  return fmt::format("{}; links up: {} of {}; HAVIPs with an owner: {} of {}",
                     runtime.forwarding() ? "forwarding" : "stopped by the operator",
                     control.links().up_count(), registry.port_names.size(), owned,
                     registry.slot_holders.size());
}

}  // namespace vipswitch
