#pragma once

// The state of a HAVIP in plain words: owner, since when, by which evidence and rule, candidates, last
// decisions.

#include <string>
#include <vector>

#include "control/runtime/runtime_view.h"

namespace vipswitch::shell {

// One HAVIP in full.
std::string tell_havip(const HavipStatus& havip);

// Every decision that is remembered.
std::string tell_history(const HavipStatus& havip);

// One line a HAVIP.
std::string list_havips(const std::vector<HavipStatus>& havips);

}  // namespace vipswitch::shell
