#pragma once

// Packets from the internet through EIPs on a switch whose tables control changes between the bursts, by the
// service and the publisher as always: before each burst a batch of 100 changes, EIPs bound and added, or
// unbound and removed again.

#include <memory>

#include "bench/micro/ways.h"

namespace vipswitch::bench {

std::unique_ptr<Way> without_updates(unsigned packets);
std::unique_ptr<Way> beside_updates(unsigned packets);

}  // namespace vipswitch::bench
