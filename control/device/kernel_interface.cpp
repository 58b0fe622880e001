#include "control/device/kernel_interface.h"

#include <algorithm>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "control/text/file_descriptor.h"

namespace vipswitch {
namespace {

// By its name of now: an interface may be renamed.
std::optional<ifreq> ask_kernel(unsigned interface_index, unsigned long request_code) {
  ifreq request{};
  if (interface_index == 0 || if_indextoname(interface_index, request.ifr_name) == nullptr)
    return std::nullopt;
  const text::FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open() || ioctl(socket.number(), request_code, &request) != 0) return std::nullopt;
  return request;
}

}  // namespace

std::optional<std::uint16_t> interface_mtu(unsigned interface_index) {
  const auto answer = ask_kernel(interface_index, SIOCGIFMTU);
  if (!answer) return std::nullopt;
  return static_cast<std::uint16_t>(std::clamp(answer->ifr_mtu, 0, 0xffff));
}

bool is_interface_running(unsigned interface_index) {
  constexpr short kRunning = IFF_UP | IFF_RUNNING;
  const auto answer = ask_kernel(interface_index, SIOCGIFFLAGS);
  return answer && (answer->ifr_flags & kRunning) == kRunning;
}

}  // namespace vipswitch
