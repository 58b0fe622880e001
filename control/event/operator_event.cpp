#include "control/event/operator_event.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "control/text/clock_text.h"

namespace vipswitch {
namespace {

constexpr std::string_view kWords[] = {
#define EVENT(name, help) #name,
#include "control/event/event_names.def"
#undef EVENT
};

}  // namespace

std::string_view to_word(EventName name) noexcept {
  return kWords[static_cast<std::size_t>(name)];
}

nlohmann::ordered_json to_json(const OperatorEvent& event) {
  nlohmann::ordered_json json = {{"event", to_word(event.name)},
                                 {"number", event.number},
                                 {"at", text::iso_clock(event.at_unix_us)},
                                 {"at_unix_us", event.at_unix_us}};
  json.update(*event.fields);
  return json;
}

std::string to_message(const OperatorEvent& event) {
  std::string line(to_word(event.name));
  for (const auto& [key, value] : event.fields->items()) {
    line += fmt::format(" {}={}", key, value.is_string() ? value.get<std::string>() : value.dump());
  }
  return line;
}

std::string to_line(const OperatorEvent& event) {
  return fmt::format("{} {}", text::clock(event.at_unix_us), to_message(event));
}

}  // namespace vipswitch
