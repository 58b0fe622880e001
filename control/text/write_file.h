#pragma once

// Replaces a text file as a whole: whoever opens it, even after a crash, finds what was there before or all
// of `content`. The text goes to a temporary file in the same directory, which is synchronized and renamed.
// An existing file keeps its mode, and its owner where that is allowed; a new one gets 0644. A symbolic link
// stays, and what it points to is replaced.
//
// Errors: io, naming the file and the system's reason; nothing is left behind.

#include <string>
#include <string_view>

#include "vipswitch/result.h"

namespace vipswitch::text {

Result<void> write_file(const std::string& path, std::string_view content);

}  // namespace vipswitch::text
