#pragma once

// A whole model at once: from Objects that came from a file or an API, and what to publish to get there.

#include <string>
#include <variant>

#include "control/model/model.h"
#include "vipswitch/result.h"

namespace vipswitch::model {

// The first object that the rules refuse.
struct Violation {
  std::string kind;  // "uplink", "vpc", "subnet", "port", "havip", "eip", "route"
  std::string name;  // empty for the uplink
  Error error;       // its message begins with `KIND "NAME": `
};

// Adds every object by the rules of Transaction, in order of dependence. HAVIPs without an address keep the
// one they have in `current`, where it is still free in the same subnet; the others get one after all wishes
// are met. O(n log n).
std::variant<Model, Violation> build(const Objects& desired, const Objects& current = {});

// What changed; O(n). Leads to both.
ChangeSet difference(const Objects& before, const Objects& after);

}  // namespace vipswitch::model
