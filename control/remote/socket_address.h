#pragma once

// A path as the address of a Unix socket.

#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

namespace vipswitch::remote {

class SocketAddress {
 public:
  explicit SocketAddress(const std::string& path) : fits_(path.size() < sizeof(address_.path.sun_path)) {
    address_.path = {};
    address_.path.sun_family = AF_UNIX;
    if (fits_) std::memcpy(address_.path.sun_path, path.data(), path.size());
  }

  bool fits() const noexcept { return fits_; }
  const sockaddr* get() const noexcept { return &address_.any; }
  socklen_t size() const noexcept { return sizeof(address_.path); }

 private:
  // The two views of an address that the system's interface knows.
  union {
    sockaddr_un path;
    sockaddr any;
  } address_;
  bool fits_;
};

}  // namespace vipswitch::remote
