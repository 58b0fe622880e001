#include "control/text/write_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>

#include "control/text/file_descriptor.h"
#include "control/text/make_error.h"
#include "control/text/read_file.h"

namespace vipswitch::text {
namespace {

Error unwritable(const std::string& path, int error) {
  return make_error(ErrorCode::io, "{}: {}, expected a file that can be written", path, std::strerror(error));
}

// Removes the temporary file unless it has become the real one.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& directory)
      : path_(directory + "/.vipswitch-XXXXXX"), file_(mkostemp(path_.data(), O_CLOEXEC)) {}
  ~TemporaryFile() {
    if (file_.is_open() && !is_renamed_) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool is_open() const noexcept { return file_.is_open(); }
  int number() const noexcept { return file_.number(); }
  bool write(std::string_view content) {
    while (!content.empty()) {
      const ssize_t count = ::write(file_.number(), content.data(), content.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return false;
      content.remove_prefix(static_cast<std::size_t>(count));
    }
    return fsync(file_.number()) == 0;
  }
  bool rename_to(const std::string& target) {
    is_renamed_ = std::rename(path_.c_str(), target.c_str()) == 0;
    return is_renamed_;
  }

 private:
  std::string path_;
  FileDescriptor file_;
  bool is_renamed_ = false;
};

// Where a link leads; other paths as they are.
std::string resolve(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), std::free);
  return real ? real.get() : path;
}

std::string directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// As the file that is replaced; another owner can be set by root alone, and need not be.
bool take_over(int file, const struct stat* before) {
  if (before == nullptr) return fchmod(file, 0644) == 0;
  if (fchown(file, before->st_uid, before->st_gid) != 0 && errno != EPERM) return false;
  return fchmod(file, before->st_mode & 07777) == 0;
}

// The new name must outlive a crash, too.
bool synchronize(const std::string& directory) {
  const FileDescriptor file(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return file.is_open() && fsync(file.number()) == 0;
}

}  // namespace

Result<void> write_file(const std::string& path, std::string_view content) {
  const auto target = resolve(path);
  const auto directory = directory_of(target);
  struct stat before {};
  const bool exists = stat(target.c_str(), &before) == 0;
  if (!exists && errno != ENOENT) return unwritable(path, errno);
  if (exists && !S_ISREG(before.st_mode)) {
    return make_error(ErrorCode::io, "{}: is {}, expected a file that can be written", path,
                      file_type(before.st_mode));
  }
  TemporaryFile temporary(directory);
  if (!temporary.is_open() || !take_over(temporary.number(), exists ? &before : nullptr) ||
      !temporary.write(content) || !temporary.rename_to(target) || !synchronize(directory)) {
    return unwritable(path, errno);
  }
  return {};
}

}  // namespace vipswitch::text
