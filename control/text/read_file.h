#pragma once

// A whole text file in memory. Errors: io, naming the file and the system's reason.

#include <string>

#include "vipswitch/result.h"

namespace vipswitch::text {

Result<std::string> read_file(const std::string& path);

}  // namespace vipswitch::text
