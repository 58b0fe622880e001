#pragma once

// Settings as a list of keys and values, in the order of the file: what the writer and the plan of a change
// go through. A key that settings_reader.cpp learns is added here, too; a test holds the two together.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "control/config/settings.h"

namespace vipswitch::config {

// monostate: not set, and not written.
using SettingValue = std::variant<std::monostate, bool, std::uint64_t, std::string,
                                  std::vector<std::uint64_t>, std::vector<std::string>>;

struct Setting {
  std::string_view section;  // the mapping that holds the key; empty: the file itself
  std::string_view key;
  SettingValue value;
  bool operator==(const Setting&) const = default;

  // "cores.workers", or the key alone.
  std::string path() const;
};

// The same keys in the same order whatever the values.
std::vector<Setting> list_settings(const Settings& settings);

}  // namespace vipswitch::config
