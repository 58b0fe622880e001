#include <algorithm>
#include <deque>
#include <fmt/format.h>
#include <optional>

#include <nlohmann/json.hpp>

#include "control/shell/commands.h"
#include "control/shell/json_form.h"
#include "control/shell/limit_argument.h"
#include "control/shell/suggest.h"

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

// Whether one of its fields names it, alone or behind its kind ("havip front"), or a list does, or it is the
// event's name.
bool is_about(const OperatorEvent& event, const std::string& word) {
  const auto is_word = [&](const Json& value) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    return text == word || text.ends_with(" " + word);
  };
  return to_word(event.name) == word ||
         std::any_of(event.fields->begin(), event.fields->end(), [&](const Json& value) {
           return is_word(value) || (value.is_array() && std::any_of(value.begin(), value.end(), is_word));
         });
}

// The nearest word that an event is about.
std::optional<std::string> suggest_word(const std::deque<OperatorEvent>& events, const std::string& word) {
  std::vector<std::string_view> known;
  const auto add = [&](const Json& value) {
    if (!value.is_string()) return;
    const std::string_view text = value.get_ref<const std::string&>();
    known.push_back(text.substr(text.rfind(' ') + 1));
  };
  for (const auto& event : events) {
    known.push_back(to_word(event.name));
    for (const Json& value : *event.fields) {
      add(value);
      if (value.is_array()) std::for_each(value.begin(), value.end(), add);
    }
  }
  const auto near = suggest(word, known);
  return near ? std::optional(std::string(*near)) : std::nullopt;
}

std::string no_events_text(const std::deque<OperatorEvent>& all, const std::optional<std::string>& word) {
  if (!word) return "no events\n";
  const auto near = suggest_word(all, *word);
  return fmt::format("no events about {}{}\n", *word,
                     near ? fmt::format(", did you mean \"{}\"?", *near) : "");
}

// The last `count` of those that are asked for, newest last.
std::vector<OperatorEvent> select(const std::deque<OperatorEvent>& all,
                                  const std::optional<std::string>& word, std::size_t count) {
  std::vector<OperatorEvent> events;
  for (auto event = all.rbegin(); event != all.rend() && events.size() < count; ++event) {
    if (!word || is_about(*event, *word)) events.push_back(*event);
  }
  std::reverse(events.begin(), events.end());
  return events;
}

Result<void> show_events(Context& context, const Arguments& arguments) {
  const auto count = shown_count(arguments);
  if (!count) return count.error();
  const auto& all = context.runtime.events().last();
  const auto word = arguments.get_if<std::string>("WORD");
  const auto events = select(all, word, count.value());
  if (arguments.has("json")) {
    auto array = Json::array();
    for (const auto& event : events) array.push_back(to_json(event));
    context.print(to_text(Json{{"events", std::move(array)}}));
    return {};
  }
  std::string text;
  for (const auto& event : events) text += to_line(event) + "\n";
  context.print(text.empty() ? no_events_text(all, word) : text);
  return {};
}

}  // namespace

std::vector<Command> event_commands() {
  return {
      {"events on [json]", "print events in this shell as they come", {}, follow_events},
      {"events off", "print no events in this shell any more", {}, leave_events},
      {"show events [about WORD] [count COUNT] [json]",
       "list the last 1,024 events, newest last",
       {{"WORD", &value_type::kText,
         "only those that name it: a HAVIP, port, EIP or the like, or the name of an event"},
        {"COUNT", &value_type::kNumberIn<kShownRange>, "the newest only, so many"}},
       show_events},
  };
}

}  // namespace vipswitch::shell
