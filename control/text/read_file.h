#pragma once

// A whole text file in memory. Never waits: only regular files are read, because a FIFO or a device may keep
// the control thread for ever. Errors: io, naming the file and the system's reason.

#include <string>
#include <sys/types.h>

#include "vipswitch/result.h"

namespace vipswitch::text {

Result<std::string> read_file(const std::string& path);

// What a file is that is not a regular one, in words: "a directory", "a FIFO", ...
const char* file_type(mode_t mode);

}  // namespace vipswitch::text
