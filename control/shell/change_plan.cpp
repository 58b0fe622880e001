#include "control/shell/change_plan.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <iterator>
#include <type_traits>
#include <variant>

#include "control/config/setting_list.h"
#include "control/model/words.h"
#include "control/shell/words.h"
#include "control/text/words.h"

namespace vipswitch::shell {
namespace {

using Step = ChangePlan::Step;

template <class T>
Json json_or_null(const T* object) {
  return object ? to_json(*object) : Json();
}

// Those that only go and the others, apart.
struct Halves {
  std::vector<Step> going, coming;

  void add(Step step) { (step.after.is_null() ? going : coming).push_back(std::move(step)); }
  template <class T>
  void add_all(const char* kind, const std::vector<model::Change<T>>& changes) {
    for (const auto& change : changes) {
      add({kind, title_of(*(change.after ? change.after : change.before)), json_or_null(change.before),
           json_or_null(change.after)});
    }
  }
};

Json setting_json(const config::SettingValue& value) {
  return std::visit(
      [](const auto& held) {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return Json();
        } else {
          return Json(held);
        }
      },
      value);
}

std::string value_text(const Json& value) {
  if (value.is_null()) return "none";
  if (value.is_string()) return quote_if_needed(value.get<std::string>());
  std::vector<std::string> parts;
  if (value.is_array()) {
    for (const auto& element : value) parts.push_back(value_text(element));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  if (!value.is_object()) return value.dump();
  for (const auto& [key, element] : value.items())
    parts.push_back(fmt::format("{} {}", key, value_text(element)));
  return fmt::format("{}", fmt::join(parts, " "));
}

bool contains(const Json& list, const Json& element) {
  return std::find(list.begin(), list.end(), element) != list.end();
}

// What came to a list and what left it; as a whole where only the order changed.
std::string list_change_text(const Json& before, const Json& after) {
  std::vector<std::string> parts;
  for (const auto& element : before) {
    if (!contains(after, element)) parts.push_back("-" + value_text(element));
  }
  for (const auto& element : after) {
    if (!contains(before, element)) parts.push_back("+" + value_text(element));
  }
  if (parts.empty()) return fmt::format("{} -> {}", value_text(before), value_text(after));
  return fmt::format("{}", fmt::join(parts, " "));
}

Json field(const Json& object, const std::string& key) {
  const auto at = object.find(key);
  return at == object.end() ? Json() : *at;
}

std::vector<std::string> differing_fields(const Step& step) {
  std::vector<std::string> fields;
  if (!step.before.is_object() || !step.after.is_object()) return fields;
  for (const auto& [key, value] : step.after.items()) {
    if (field(step.before, key) != value) fields.push_back(key);
  }
  for (const auto& [key, value] : step.before.items()) {
    if (!step.after.contains(key)) fields.push_back(key);
  }
  return fields;
}

std::string change_text(const Step& step) {
  if (!step.after.is_object())
    return fmt::format(": {} -> {}", value_text(step.before), value_text(step.after));
  std::vector<std::string> parts;
  for (const auto& key : differing_fields(step)) {
    const auto before = field(step.before, key), after = field(step.after, key);
    parts.push_back(before.is_array() && after.is_array()
                        ? fmt::format("{} {}", key, list_change_text(before, after))
                        : fmt::format("{} {} -> {}", key, value_text(before), value_text(after)));
  }
  return fmt::format(": {}", fmt::join(parts, ", "));
}

// The fields that say something; the name stands before them.
std::string fields_text(const Json& object) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    const bool says_nothing = value.is_null() || value == Json(false) || (value.is_array() && value.empty());
    if (key != "name" && !says_nothing) text += fmt::format(" {} {}", key, value_text(value));
  }
  return text;
}

std::string step_text(const Step& step) {
  const auto object = step.name.empty() ? step.kind : fmt::format("{} {}", step.kind, step.name);
  if (step.after.is_null()) return fmt::format("- {}\n", object);
  if (step.before.is_null()) return fmt::format("+ {}{}\n", object, fields_text(step.after));
  return fmt::format("~ {}{}\n", object, change_text(step));
}

const char* action_word(const Step& step) {
  if (step.after.is_null()) return "remove";
  return step.before.is_null() ? "add" : "change";
}

}  // namespace

ChangePlan make_plan(const model::ChangeSet& changes, const Settings& running, const Settings& file) {
  Halves halves;
  if (changes.uplink) {
    halves.add({"uplink", "", json_or_null(changes.uplink->before), json_or_null(changes.uplink->after)});
  }
  halves.add_all("vpc", changes.vpcs);
  halves.add_all("subnet", changes.subnets);
  halves.add_all("port", changes.ports);
  halves.add_all("havip", changes.havips);
  halves.add_all("eip", changes.eips);
  halves.add_all("route", changes.routes);
  if (changes.learn) {
    halves.add({"learn", "", Json(to_word(*changes.learn->before)), Json(to_word(*changes.learn->after))});
  }
  ChangePlan plan;
  plan.steps.assign(std::make_move_iterator(halves.going.rbegin()),
                    std::make_move_iterator(halves.going.rend()));
  plan.steps.insert(plan.steps.end(), std::make_move_iterator(halves.coming.begin()),
                    std::make_move_iterator(halves.coming.end()));

  const auto before = config::list_settings(running), after = config::list_settings(file);
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] == after[i]) continue;
    plan.settings.push_back({before[i].path(), setting_json(before[i].value), setting_json(after[i].value)});
  }
  return plan;
}

std::string to_text(const ChangePlan& plan) {
  if (plan.empty()) return "nothing to change\n";
  std::string text;
  for (const auto& step : plan.steps) text += step_text(step);
  for (const auto& setting : plan.settings) {
    text += fmt::format("! {}: {} -> {}, takes effect at the next start\n", setting.path,
                        value_text(setting.running), value_text(setting.file));
  }
  return text;
}

Json to_json(const ChangePlan& plan) {
  auto changes = Json::array(), settings = Json::array();
  for (const auto& step : plan.steps) {
    changes.push_back({{"action", action_word(step)},
                       {"kind", step.kind},
                       {"name", step.name.empty() ? Json() : Json(step.name)},
                       {"before", step.before},
                       {"after", step.after},
                       {"fields", differing_fields(step)}});
  }
  for (const auto& setting : plan.settings) {
    settings.push_back({{"setting", setting.path}, {"running", setting.running}, {"file", setting.file}});
  }
  return {{"changes", std::move(changes)}, {"at_next_start", std::move(settings)}};
}

std::string count_changes(const ChangePlan& plan) {
  const auto count = [&](std::string_view action) {
    return std::count_if(plan.steps.begin(), plan.steps.end(),
                         [&](const Step& step) { return action_word(step) == action; });
  };
  return fmt::format("{} added, {} removed, {} changed", count("add"), count("remove"), count("change"));
}

}  // namespace vipswitch::shell
