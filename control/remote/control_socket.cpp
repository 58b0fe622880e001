#include "control/remote/control_socket.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "control/remote/socket_address.h"
#include "control/text/make_error.h"

namespace vipswitch::remote {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kSocketMode = 0600;
constexpr int kBacklog = 64;

Error failure(const std::string& path, ErrorCode code, std::string_view found, std::string_view expected) {
  return make_error(code, "control socket {}: {}, expected {}", path, found, expected);
}

Error system_failure(const std::string& path, int number) {
  return failure(path, ErrorCode::io, std::strerror(number),
                 "a directory that can be written, or another path in control: {socket: PATH}");
}

// The directory of the socket, locked for as long as this lives: nobody else looks and binds meanwhile.
class LockedDirectory {
 public:
  explicit LockedDirectory(const std::string& path)
      : fd_(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (fd_ >= 0) flock(fd_, LOCK_EX);
  }
  ~LockedDirectory() {
    if (fd_ >= 0) close(fd_);
  }
  LockedDirectory(const LockedDirectory&) = delete;
  LockedDirectory& operator=(const LockedDirectory&) = delete;
  bool is_open() const noexcept { return fd_ >= 0; }

 private:
  int fd_;
};

std::string directory_of(const std::string& path) {
  const auto directory = fs::path(path).parent_path();
  return directory.empty() ? "." : directory.string();
}

Result<void> make_directory(const std::string& path) {
  const fs::path directory = directory_of(path);
  std::error_code error;
  const bool is_new = fs::create_directories(directory, error);
  if (error) return system_failure(path, error.value());
  // Whatever the umask is: who may enter is for the socket's own mode to say.
  if (is_new) fs::permissions(directory, static_cast<fs::perms>(0755), error);
  return {};
}

Error busy(const std::string& path, int connected) {
  ucred peer{};
  socklen_t size = sizeof peer;
  const bool is_known = getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0;
  const auto found = fmt::format("another vipswitch{} answers there",
                                 is_known ? fmt::format(" (pid {})", peer.pid) : std::string());
  return failure(path, ErrorCode::already_exists, found, "a path of its own in control: {socket: PATH}");
}

// Succeeds if nothing is at the path, or a socket that nobody listens at, which it removes.
Result<void> clear_path(const std::string& path, const SocketAddress& address) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) {
    return errno == ENOENT ? Result<void>() : system_failure(path, errno);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return failure(path, ErrorCode::already_exists, "it is there and is no socket",
                   "a path where nothing is, in control: {socket: PATH}");
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return system_failure(path, errno);
  const int answer = connect(probe, address.get(), address.size()) == 0 ? 0 : errno;
  Result<void> cleared;
  // EAGAIN: somebody listens, and many are waiting for him.
  if (answer == 0 || answer == EAGAIN) {
    cleared = busy(path, probe);
  } else if (answer != ECONNREFUSED) {
    cleared = system_failure(path, answer);
  } else if (unlink(path.c_str()) != 0 && errno != ENOENT) {
    cleared = system_failure(path, errno);
  }
  close(probe);
  return cleared;
}

}  // namespace

ControlSocket::ControlSocket(std::string path, int fd) : path_(std::move(path)), fd_(fd) {
  struct stat status {};
  if (lstat(path_.c_str(), &status) != 0) return;
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

Result<std::unique_ptr<ControlSocket>> ControlSocket::listen(const std::string& path) {
  const SocketAddress address(path);
  if (!address.fits()) return system_failure(path, ENAMETOOLONG);
  if (auto made = make_directory(path); !made) return made.error();
  const LockedDirectory lock(directory_of(path));
  if (!lock.is_open()) return system_failure(path, errno);
  if (auto cleared = clear_path(path, address); !cleared) return cleared.error();
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return system_failure(path, errno);
  // On Linux the file takes the mode that the socket has when it is bound: there is no moment of another one.
  if (fchmod(fd, kSocketMode) != 0 || bind(fd, address.get(), address.size()) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const auto error = system_failure(path, errno);
    close(fd);
    return error;
  }
  return std::unique_ptr<ControlSocket>(new ControlSocket(path, fd));
}

ControlSocket::~ControlSocket() {
  {
    const LockedDirectory lock(directory_of(path_));
    struct stat status {};
    const bool is_ours =
        lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_;
    if (is_ours) unlink(path_.c_str());
  }
  close(fd_);
}

}  // namespace vipswitch::remote
