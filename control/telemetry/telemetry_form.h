#pragma once

// A JSON document in the form that rte_telemetry can carry: names of letters, digits, '_' and '/'; text of
// 127 characters; no list of objects, no truth values, no null, no fractions; 256 entries of an object, 512
// of a list, 16 KiB an answer. What does not fit is left out from the end of its list, and the document says
// how much.
//
//   list of objects -> object with the keys "0", "1", ...     true, false -> 1, 0
//   null            -> ""                                     fraction    -> text
//
// Pure; DPDK is in telemetry_commands.cpp.

#include <cstddef>

#include "control/shell/json_form.h"

namespace vipswitch::telemetry {

using shell::Json;

inline constexpr std::size_t kMaxTextLength = 127, kMaxObjectEntries = 256, kMaxListEntries = 512;
inline constexpr std::size_t kMaxAnswerSize = 16384;

// `document` is an object. Where something was left out the result has "left_out", the number of elements.
Json to_telemetry_form(const Json& document);

}  // namespace vipswitch::telemetry
