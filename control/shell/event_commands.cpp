#include "control/shell/commands.h"
#include "control/shell/json_form.h"

namespace vipswitch::shell {
namespace {

Result<void> follow_events(Context& context, const Arguments& arguments) {
  context.wishes.events = arguments.has("json") ? EventForm::kJson : EventForm::kText;
  return {};
}

Result<void> leave_events(Context& context, const Arguments&) {
  context.wishes.events = EventForm::kNone;
  return {};
}

Result<void> show_events(Context& context, const Arguments& arguments) {
  const auto& events = context.runtime.events().last();
  if (arguments.has("json")) {
    auto array = Json::array();
    for (const auto& event : events) array.push_back(to_json(event));
    context.print(to_text(Json{{"events", std::move(array)}}));
    return {};
  }
  std::string text;
  for (const auto& event : events) text += to_line(event) + "\n";
  context.print(text.empty() ? "no events\n" : text);
  return {};
}

}  // namespace

std::vector<Command> event_commands() {
  return {
      {"events on [json]", "print events in this shell as they come", {}, follow_events},
      {"events off", "print no events in this shell any more", {}, leave_events},
      {"show events [json]", "list the last 1,024 events, newest last", {}, show_events},
  };
}

}  // namespace vipswitch::shell
