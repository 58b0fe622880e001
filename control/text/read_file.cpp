#include "control/text/read_file.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

#include "control/text/file_descriptor.h"
#include "control/text/make_error.h"

namespace vipswitch::text {
namespace {

constexpr std::size_t kChunkBytes = 1 << 16;

Error unreadable(const std::string& path, int error) {
  return make_error(ErrorCode::io, "{}: {}, expected a readable file", path, std::strerror(error));
}

}  // namespace

const char* file_type(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return "a directory";
    case S_IFIFO:
      return "a FIFO";
    case S_IFSOCK:
      return "a socket";
    case S_IFCHR:
    case S_IFBLK:
      return "a device";
    default:
      return "a regular file";
  }
}

Result<std::string> read_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file.is_open() || fstat(file.number(), &status) != 0) return unreadable(path, errno);
  if (!S_ISREG(status.st_mode)) {
    return make_error(ErrorCode::io, "{}: is {}, expected a readable file", path, file_type(status.st_mode));
  }
  std::string content;
  content.reserve(static_cast<std::size_t>(status.st_size) + kChunkBytes);  // it may grow meanwhile
  while (true) {
    const auto size = content.size();
    content.resize(size + kChunkBytes);
    const ssize_t count = read(file.number(), content.data() + size, kChunkBytes);
    content.resize(size + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count == 0) return content;
    if (count < 0 && errno != EINTR) return unreadable(path, errno);
  }
}

}  // namespace vipswitch::text
