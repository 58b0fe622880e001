#include "control/device/kernel_interface.h"

#include <algorithm>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "control/text/file_descriptor.h"

namespace vipswitch {
namespace {

// By its name of now: an interface may be renamed. `data` is what the request is to fill, if it is not the
// request.
std::optional<ifreq> ask_kernel(unsigned interface_index, unsigned long request_code, void* data = nullptr) {
  ifreq request{};
  request.ifr_data = static_cast<char*>(data);
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

// IFF_RUNNING follows the carrier up to a second later (the kernel's linkwatch), so the driver is asked
// itself, where it answers.
bool is_interface_running(unsigned interface_index) {
  const auto answer = ask_kernel(interface_index, SIOCGIFFLAGS);
  if (!answer || (answer->ifr_flags & IFF_UP) == 0) return false;
  ethtool_value link{ETHTOOL_GLINK, 0};
  if (ask_kernel(interface_index, SIOCETHTOOL, &link)) return link.data != 0;
  return (answer->ifr_flags & IFF_RUNNING) != 0;
}

}  // namespace vipswitch
