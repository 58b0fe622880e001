#pragma once

// The state of a HAVIP in plain words: owner, since when, by which evidence and rule, why not the others,
// what would change it, last decisions and failovers, and what should be looked at.

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "control/runtime/runtime_view.h"

namespace vipswitch::shell {

// One HAVIP in full, its addresses one after the other; `speakers` as RuntimeView::vrrp_speakers() has them.
std::string tell_havip(std::span<const HavipStatus> havip, std::span<const VrrpSpeaker> speakers);

// The last `count` decisions, or failovers, that are remembered, for each address.
std::string tell_history(std::span<const HavipStatus> havip, std::size_t count);
std::string tell_failovers(std::span<const HavipStatus> havip, std::size_t count);

// One line an address.
std::string list_havips(const std::vector<HavipStatus>& havips);

}  // namespace vipswitch::shell
