#pragma once

// The desired state: every object by name, and the rules between them. A Model is changed only inside a
// Transaction: each step checks the rules and is logged; commit() hands the net difference out, rollback() (or
// destruction without commit) restores exactly what was before. No DPDK, no I/O.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/model/objects.h"
#include "vipswitch/result.h"

namespace vipswitch::model {

// What became of one object between two states: added (no before), removed (no after) or changed.
template <class T>
struct Change {
  std::optional<T> before;
  std::optional<T> after;
};

// The net difference between two models, at most one entry an object, no entry without a difference.
struct ChangeSet {
  std::optional<Change<Uplink>> uplink;
  std::vector<Change<Vpc>> vpcs;
  std::vector<Change<Subnet>> subnets;
  std::vector<Change<Port>> ports;
  std::vector<Change<Havip>> havips;
  std::vector<Change<Eip>> eips;

  bool empty() const {
    return !uplink && vpcs.empty() && subnets.empty() && ports.empty() && havips.empty() && eips.empty();
  }
};

template <class T>
using ByName = std::map<std::string, T, std::less<>>;

// Everything the operator has asked for, by name.
struct Objects {
  std::optional<Uplink> uplink;
  ByName<Vpc> vpcs;
  ByName<Subnet> subnets;
  ByName<Port> ports;
  ByName<Havip> havips;
  ByName<Eip> eips;
};

}  // namespace vipswitch::model
