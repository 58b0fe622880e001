#pragma once

// The declarative configuration file (YAML, docs/configuration.md): settings of the process and the whole
// model.
//
// Reading changes nothing: the objects are checked by the model's own rules in a model of their own, so that
// every error is known before the first change. A switch that starts takes that model as it is. Errors carry
// the line: `FILE:LINE: found ..., expected ...` for what cannot be read, `FILE:LINE: KIND "NAME": ...` with
// the model's message for what breaks a rule. Cost: O(n log n).

#include <memory>
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

// A file in two steps, for who can use its settings while its objects, which take longer, are read.
// Errors: io for a file that cannot be read, else the code of what is wrong in it.
class ConfigFile {
 public:
  static Result<ConfigFile> open(const std::string& path);
  // The same for a text that is already in memory; `origin` stands for the file's name in messages.
  static Result<ConfigFile> parse(const std::string& text, const std::string& origin);
  ConfigFile(ConfigFile&&) noexcept;
  ConfigFile& operator=(ConfigFile&&) noexcept;
  ~ConfigFile();

  const Settings& settings() const noexcept { return settings_; }
  Result<Config> read_objects() const;

 private:
  struct Document;
  ConfigFile(std::unique_ptr<Document> document, Settings settings);

  std::unique_ptr<Document> document_;
  Settings settings_;
};

// Both steps at once.
Result<Config> load_config(const std::string& path);
Result<Config> parse_config(const std::string& text, const std::string& origin);

// Whether the objects have room in tables of the size that the settings ask for; a running switch has tables
// of its own. Errors: table_full.
Result<void> check_capacities(const Config& config, const std::string& origin);

}  // namespace vipswitch
