#include <fmt/format.h>

#include "control/config/config.h"
#include "control/config/config_writer.h"
#include "control/shell/change_plan.h"
#include "control/shell/commands.h"
#include "control/shell/json_form.h"
#include "control/shell/reenter.h"
#include "control/text/words.h"
#include "control/text/write_file.h"

namespace vipswitch::shell {
namespace {

Result<ChangePlan> plan_for(Context& context, const Config& config) {
  ChangePlan plan;
  const auto told = context.service.plan(config.objects, [&](const model::ChangeSet& changes) {
    plan = make_plan(changes, context.runtime.settings(), config.settings);
  });
  if (!told) return told.error();
  return plan;
}

void print_json(Context& context, const ChangePlan& plan, bool is_applied) {
  auto document = to_json(plan);
  document["applied"] = is_applied;
  context.print(to_text(document));
}

Result<void> load(Context& context, const Arguments& arguments) {
  const bool is_dry_run = arguments.has("dry-run"), as_json = arguments.has("json");
  const auto config = load_config(context.path(arguments.text("FILE")));
  if (!config) return config.error();
  const auto& desired = config.value().objects;
  const auto plan = plan_for(context, config.value());
  if (!plan) return plan.error();
  // Before it is tried, so that a refusal is read with what was refused; JSON is one document or an error.
  if (!as_json) context.print(to_text(plan.value()));
  auto done = is_dry_run ? context.service.check(desired) : context.service.apply(desired);
  if (!done) return done;
  if (as_json) {
    print_json(context, plan.value(), !is_dry_run);
  } else if (is_dry_run) {
    context.print("dry run: nothing was changed\n");
  } else if (!plan.value().steps.empty()) {
    context.print(fmt::format("done: {}\n", count_changes(plan.value())));
  }
  return {};
}

Result<void> diff(Context& context, const Arguments& arguments) {
  const auto config = load_config(context.path(arguments.text("FILE")));
  if (!config) return config.error();
  const auto plan = plan_for(context, config.value());
  if (!plan) return plan.error();
  if (arguments.has("json")) {
    print_json(context, plan.value(), false);
  } else {
    context.print(to_text(plan.value()));
  }
  return {};
}

Result<void> save(Context& context, const Arguments& arguments) {
  const auto path = context.path(arguments.text("FILE"));
  const auto& objects = context.service.objects();
  if (auto written = text::write_file(path, write_config(context.runtime.settings(), objects)); !written)
    return written;
  context.print(fmt::format("{}: {}\n", path, count_objects(objects)));
  return {};
}

template <class Objects>
Json list(const Objects& objects) {
  auto array = Json::array();
  for (const auto& entry : objects) array.push_back(to_json(entry.second));
  return array;
}

Result<void> show_config(Context& context, const Arguments& arguments) {
  const auto& objects = context.service.objects();
  if (!arguments.has("json")) {
    context.print(to_commands(objects));
    return {};
  }
  context.print(to_text({{"uplink", objects.uplink ? to_json(*objects.uplink) : Json()},
                         {"vpcs", list(objects.vpcs)},
                         {"subnets", list(objects.subnets)},
                         {"ports", list(objects.ports)},
                         {"havips", list(objects.havips)},
                         {"eips", list(objects.eips)},
                         {"routes", list(objects.routes)},
                         {"learn", to_word(objects.learn)}}));
  return {};
}

const Argument kFile{"FILE", &value_type::kText, "path of a YAML file, docs/configuration.md"};

}  // namespace

std::vector<Command> config_commands() {
  return {
      {"load FILE [dry-run] [json]",
       "make the objects what a configuration file says, all or nothing, and print what changes; with "
       "dry-run only check and print; settings of the process take effect at its next start",
       {kFile},
       load},
      {"diff FILE [json]", "print what load would change", {kFile}, diff},
      {"save FILE",
       "write objects and settings to a configuration file; comments and order of a file written by hand are "
       "not kept",
       {kFile},
       save},
      {"show config [json]",
       "print all objects as commands, in an order in which they can be entered",
       {},
       show_config},
  };
}

}  // namespace vipswitch::shell
