#pragma once

// A publication as the fields of an event: model_changed.

#include <nlohmann/json_fwd.hpp>

#include "control/model/model.h"

namespace vipswitch {

// added, changed and removed: lists of `KIND NAME`, kNamed at most each; count: how many objects in all;
// learn: the new mode, null if it stays.
nlohmann::ordered_json describe(const model::ChangeSet& changes);

}  // namespace vipswitch
