#pragma once

// What the words for a made-up frame leave out is as the guest behind the port, or the provider's router,
// would have it: its own addresses, and the destination MAC that ARP or neighbour discovery would have told.

#include <string_view>

#include "control/publish/registry.h"
#include "control/trace/made_up_frame.h"
#include "dataplane/tables.h"

namespace vipswitch {

// `port` is in `registry`, or the uplink's name, and there is an uplink. Errors: invalid_argument, if the
// port has no address of the family and none is given.
Result<FrameSpec> complete_frame(FrameSpec spec, std::string_view port, const Registry& registry,
                                 const Tables& tables);

}  // namespace vipswitch
