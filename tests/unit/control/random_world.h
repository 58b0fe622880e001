#pragma once

// Random configurations that keep every rule, with names and texts chosen to be misread: what YAML or the
// shell could take for something else.

#include <random>

#include "control/config/settings.h"
#include "control/model/objects.h"

namespace vipswitch::test {

using Random = std::mt19937;

// Up to a few objects of each kind; by chance without uplink.
model::Objects random_objects(Random& random);

// Every key away from its default, by chance.
Settings random_settings(Random& random);

}  // namespace vipswitch::test
