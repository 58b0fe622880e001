#pragma once

// The desired state: every object by name, and what changed between two states. A Model is changed only
// inside a Transaction (control/model/transaction.h), which checks the rules, and can be built whole from
// Objects (control/model/build.h). Written and read by the control thread. No DPDK, no I/O.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "control/model/indexes.h"
#include "control/model/objects.h"

namespace vipswitch::model {

// What became of one object between two states: added (no before), removed (no after) or changed.
template <class T>
struct Change {
  std::optional<T> before;
  std::optional<T> after;
  bool operator==(const Change&) const = default;
};

// The net difference between two models, at most one entry an object, no entry without a difference; each
// list in order of name.
struct ChangeSet {
  std::optional<Change<Uplink>> uplink;
  std::vector<Change<Vpc>> vpcs;
  std::vector<Change<Subnet>> subnets;
  std::vector<Change<Port>> ports;
  std::vector<Change<Havip>> havips;
  std::vector<Change<Eip>> eips;
  std::vector<Change<Route>> routes;
  std::optional<Change<LearnMode>> learn;  // both sides set

  bool empty() const {
    return !uplink && !learn && vpcs.empty() && subnets.empty() && ports.empty() && havips.empty() &&
           eips.empty() && routes.empty();
  }
  bool operator==(const ChangeSet&) const = default;
};

class Transaction;

// The objects and the indexes over them, always in step.
class Model {
 public:
  const Objects& objects() const noexcept { return objects_; }
  const Indexes& indexes() const noexcept { return indexes_; }
  bool operator==(const Model&) const = default;

 private:
  friend class Transaction;
  Objects objects_;
  Indexes indexes_;
};

}  // namespace vipswitch::model
