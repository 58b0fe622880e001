#pragma once

// What a change does, told before it is made: from a ChangeSet to lines for people and to JSON.
//
//   - havip old                                what goes, those that use others first
//   + port vm3-eth0 instance vm3 nic primary ...  what comes, those that others use first;
//   ~ subnet web: havip_quota 10 -> 12            and what changes, among them
//   ! cores.workers: [1] -> [1, 2], takes effect at the next start
//
// Fields are named and spelled as in the JSON form of the objects.

#include <string>
#include <vector>

#include "control/config/settings.h"
#include "control/model/model.h"
#include "control/shell/json_form.h"

namespace vipswitch::shell {

struct ChangePlan {
  // One object; null in `before` if it comes, in `after` if it goes.
  struct Step {
    std::string
        kind;  // "uplink", "vpc", "subnet", "port", "havip", "eip"; "learn" for the global mode, a word
    std::string name;  // empty for uplink and learn
    Json before, after;
  };
  // A setting in which the file differs from the running process; null where it is not set.
  struct SettingStep {
    std::string path;  // such as "cores.workers"
    Json running, file;
  };

  std::vector<Step> steps;
  std::vector<SettingStep> settings;

  bool empty() const noexcept { return steps.empty() && settings.empty(); }
};

ChangePlan make_plan(const model::ChangeSet& changes, const Settings& running, const Settings& file);

// A line each; "nothing to change" for an empty plan.
std::string to_text(const ChangePlan& plan);

// {"changes": [{"action": "add|remove|change", "kind", "name", "before", "after", "fields": [those that
// differ]}], "at_next_start": [{"setting", "running", "file"}]}.
Json to_json(const ChangePlan& plan);

// "1 added, 2 removed, 3 changed".
std::string count_changes(const ChangePlan& plan);

}  // namespace vipswitch::shell
