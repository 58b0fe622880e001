#pragma once

// The tables of a HAVIP's story. `indent` blanks stand before each line.

#include <cstddef>
#include <string>

#include "control/runtime/havip_status.h"

namespace vipswitch::shell {

// The bound ports and their last claims.
std::string candidates_table(const HavipStatus& havip, std::size_t indent);

// The last `count` decisions.
std::string decisions_table(const HavipStatus& havip, std::size_t count, std::size_t indent);

// The last `count` failovers.
std::string failovers_table(const HavipStatus& havip, std::size_t count, std::size_t indent);

}  // namespace vipswitch::shell
