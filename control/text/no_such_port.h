#pragma once

// The answer to a port's name that is none, where the uplink is meant by its name, too.

#include <string_view>

#include "control/text/make_error.h"

namespace vipswitch::text {

inline Error no_such_port(std::string_view name) {
  return make_error(ErrorCode::not_found, "port: \"{}\" does not exist, expected one of the ports, or uplink",
                    name);
}

}  // namespace vipswitch::text
