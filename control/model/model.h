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

// What became of one object between two states: added (no before), removed (no after) or changed. The objects
// are those of the two states, which outlive it.
template <class T>
struct Change {
  const T* before = nullptr;
  const T* after = nullptr;

  bool operator==(const Change& other) const {
    return is_same(before, other.before) && is_same(after, other.after);
  }

 private:
  static bool is_same(const T* a, const T* b) { return a && b ? *a == *b : a == b; }
};

template <class T>
bool is_difference(const Change<T>& change) {
  return !change.before || !change.after || !(*change.before == *change.after);
}

// Null if there is none.
template <class T>
const T* pointer_to(const std::optional<T>& object) {
  return object ? &*object : nullptr;
}

// The net difference between two models, at most one entry an object, no entry without a difference; each
// list in order of name. Lives no longer than they do.
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
