#include "control/text/read_file.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "control/text/make_error.h"

namespace vipswitch::text {

Result<std::string> read_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  // A directory opens and fails only here.
  if (file && file.peek() != std::ifstream::traits_type::eof()) content << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    return make_error(ErrorCode::io, "{}: {}, expected a readable file", path, std::strerror(errno));
  }
  return std::move(content).str();
}

}  // namespace vipswitch::text
