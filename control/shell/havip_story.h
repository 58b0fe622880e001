#pragma once

// The state of a HAVIP in plain words: owner, since when, by which evidence and rule, candidates, last
// decisions.

#include <span>
#include <string>
#include <vector>

#include "control/runtime/runtime_view.h"

namespace vipswitch::shell {

// One HAVIP in full, its addresses one after the other.
std::string tell_havip(std::span<const HavipStatus> havip);

// Every decision that is remembered, for each address.
std::string tell_history(std::span<const HavipStatus> havip);

// One line an address.
std::string list_havips(const std::vector<HavipStatus>& havips);

}  // namespace vipswitch::shell
