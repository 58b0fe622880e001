#pragma once

// What the switch tells its operators, as a stable name and fields: the lines of `events on`, of --event-log
// and of `show events`. Names: control/event/event_names.def.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace vipswitch {

enum class EventName : std::uint8_t {
#define EVENT(name, help) name,
#include "control/event/event_names.def"
#undef EVENT
};

std::string_view to_word(EventName name) noexcept;

struct OperatorEvent {
  std::uint64_t number;     // counts the events since the start, from 1
  std::int64_t at_unix_us;  // when it happened, wall clock
  EventName name;
  std::shared_ptr<const nlohmann::ordered_json> fields;  // an object
};

// {"event": NAME, "number": N, "at": "2026-11-22T17:25:12.386849Z", "at_unix_us": N, FIELDS...}
nlohmann::ordered_json to_json(const OperatorEvent& event);

// `2026-11-22 17:25:12.386849 UTC owner_changed havip=front from=vm1-eth0 to=vm2-eth0 ...`, without a
// newline.
std::string to_line(const OperatorEvent& event);

// `NAME FIELD=VALUE ...`, for whoever adds a time of their own.
std::string to_message(const OperatorEvent& event);

}  // namespace vipswitch
