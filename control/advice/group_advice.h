#pragma once

// An address that goes with a group whose adverts do not list it (owner learning 5.4 "Follow"), in sentences
// of the advisor.

#include <vector>

#include "control/advice/advisor.h"

namespace vipswitch::advice {

// Nothing where it goes with none.
std::vector<Advice> advise_on_group(const HavipStatus& havip);

}  // namespace vipswitch::advice
