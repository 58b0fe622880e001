#pragma once

// What outlives the process, in `DIR/owners.json` of --state-dir: who owned each HAVIP, so that a restart
// moves no data, and how often the switch was started. A small JSON document with a format number.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vipswitch/ip_address.h"
#include "vipswitch/result.h"

namespace vipswitch {

struct RememberedOwner {
  std::string havip;
  IpAddress address;  // each of a HAVIP's has its owner; a HAVIP of the same name and another address is
                      // another one
  std::string port;
  std::uint32_t generation = 0;  // of its election
  bool operator==(const RememberedOwner&) const = default;
};

struct SavedOwners {
  std::uint64_t incarnation = 0;  // counts the starts
  std::vector<RememberedOwner> owners;
  bool operator==(const SavedOwners&) const = default;
};

inline constexpr int kStateFormat = 1;

std::string state_path(const std::string& directory);

std::string print_state(const SavedOwners& state);

// Errors: invalid_argument, naming `origin`: a text that is no state, or one of another format.
Result<SavedOwners> parse_state(std::string_view text, const std::string& origin);

// Before the first start, an empty state. Errors: those of parse_state(); io, also for a directory that is
// not there and cannot be made.
Result<SavedOwners> load_state(const std::string& directory);

}  // namespace vipswitch
