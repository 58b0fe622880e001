#pragma once

// The Unix socket of a switch, as a file and as a listening descriptor.
//
// The file belongs to its maker alone (mode 0600). One that nobody listens at any more, left by a switch that
// was killed, is replaced; one that is answered, or anything else of that name, is refused and left as it is.
// Two switches that start at once cannot both get it. Whoever destroys this removes the file, unless another
// has put one in its place. Control thread only; may live in a process that has no EAL.

#include <memory>
#include <string>
#include <sys/types.h>

#include "vipswitch/result.h"

namespace vipswitch::remote {

class ControlSocket {
 public:
  // Makes the directory (0755) if it is missing. The descriptor does not block, and clients that come before
  // anybody accepts wait. Errors: already_exists for a path that is taken, io, each with what is expected
  // instead.
  static Result<std::unique_ptr<ControlSocket>> listen(const std::string& path);
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  int fd() const noexcept { return fd_; }
  const std::string& path() const noexcept { return path_; }

 private:
  ControlSocket(std::string path, int fd);

  std::string path_;
  int fd_;
  dev_t device_ = 0;  // with inode_: which file is ours
  ino_t inode_ = 0;
};

}  // namespace vipswitch::remote
