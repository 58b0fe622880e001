#pragma once

// The declarative configuration file (YAML, docs/configuration.md): settings of the process and the whole
// model.
//
// Reading changes nothing: the objects are checked by the model's own rules in a model of their own, so that
// every error is known before the first change. A switch that starts takes that model as it is. Errors carry
// the line: `FILE:LINE: found ..., expected ...` for what cannot be read, `FILE:LINE: KIND "NAME": ...` with
// the model's message for what breaks a rule. Cost: O(n log n).

#include <string>

#include "control/config/settings.h"
#include "control/model/model.h"
#include "vipswitch/result.h"

namespace vipswitch {

struct Config {
  Settings settings;
  model::Objects objects;  // HAVIPs without an address still have none: Service::apply allocates
  model::Model model;      // of the objects, as model::build() makes it where nothing was before
};

// Errors: io for a file that cannot be read, else the code of what is wrong in it.
Result<Config> load_config(const std::string& path);

// The same for a text that is already in memory; `origin` stands for the file's name in messages.
Result<Config> parse_config(const std::string& text, const std::string& origin);

// Whether the objects have room in tables of the size that the settings ask for; a running switch has tables
// of its own. Errors: table_full.
Result<void> check_capacities(const Config& config, const std::string& origin);

}  // namespace vipswitch
