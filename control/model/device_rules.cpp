#include <algorithm>

#include "control/model/device.h"
#include "control/model/rules.h"

namespace vipswitch::model {
namespace {

// RTE_DEV_NAME_MAX_LEN with its terminating zero.
constexpr std::size_t kMaxDeviceNameLength = 63;
// IFNAMSIZ of the kernel, with the zero at the end.
constexpr std::size_t kMaxInterfaceNameLength = 15;

constexpr bool is_printable(char c) {
  return c > ' ' && c < 0x7f;
}

// As the kernel's dev_valid_name(), and without the comma, at which device arguments end.
bool is_interface_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxInterfaceNameLength && name != "." && name != ".." &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_printable(c) && c != '/' && c != ':' && c != ','; });
}

template <class Holder>
Result<void> check_words(const Holder& holder) {
  if (stands_on_interface(holder.device)) {
    if (!holder.interface)
      return make_error(
          ErrorCode::invalid_argument,
          "interface: none is given, expected the name of the kernel interface that {} stands on",
          holder.device);
    if (!is_interface_name(*holder.interface))
      return make_error(
          ErrorCode::invalid_argument,
          "interface: \"{}\" is not the name of an interface, expected 1 to {} printable characters "
          "without '/', ':' and ','",
          *holder.interface, kMaxInterfaceNameLength);
    return {};
  }
  if (holder.interface) {
    return make_error(
        ErrorCode::invalid_argument,
        "interface: \"{}\" is given with device \"{}\", expected device {} or {}, or \"iface=\" "
        "inside the device arguments",
        *holder.interface, holder.device, kAfPacket, kAfXdp);
  }
  const auto name = device_key(holder);
  if (name.empty() || name.size() > kMaxDeviceNameLength ||
      !std::all_of(holder.device.begin(), holder.device.end(), is_printable)) {
    return make_error(
        ErrorCode::invalid_argument,
        "device: \"{}\" is not a device, expected {} or {} with an interface, or DPDK device arguments "
        "such as net_af_packet1,iface=sw-vm1",
        holder.device, kAfPacket, kAfXdp);
  }
  return {};
}

template <class Holder>
Result<void> check(const Indexes& indexes, const Holder& holder, std::string_view name) {
  if (auto checked = check_words(holder); !checked) return checked;
  const auto key = device_key(holder);
  const auto* other = find(indexes.port_by_device, key);
  if (!other || *other == name) return {};
  const std::string_view kind = holder.interface ? "interface" : "device";
  return make_error(ErrorCode::already_exists, "{}: \"{}\" is taken by {}{}, expected another {}", kind, key,
                    *other == kUplinkName ? "the " : "port ",
                    *other == kUplinkName ? *other : fmt::format("\"{}\"", *other), kind);
}

}  // namespace

Result<void> check_device(const Indexes& indexes, const Port& port) {
  return check(indexes, port, port.name);
}
Result<void> check_device(const Indexes& indexes, const Uplink& uplink) {
  return check(indexes, uplink, kUplinkName);
}

}  // namespace vipswitch::model
