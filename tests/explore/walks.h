#pragma once

#include "tests/explore/walk.h"

namespace vipswitch::owner {

// Each for so many ports. False: a check failed, and was told.
bool walk_claims(unsigned ports, WalkLimits limits);
bool walk_follow(unsigned ports, WalkLimits limits);
bool walk_probing(unsigned ports, WalkLimits limits);

}  // namespace vipswitch::owner
