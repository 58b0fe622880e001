#pragma once

// The keys of the configuration file that become Settings.

#include "control/config/settings.h"
#include "control/config/yaml_reader.h"

namespace vipswitch::config {

Settings read_settings(const Mapping& root);

}  // namespace vipswitch::config
