#pragma once

// What `device` of a port or of the uplink may be: DPDK's device arguments as they are, or the word of a
// driver that stands on an interface of the kernel, which `interface` names then.

#include <fmt/format.h>
#include <string>
#include <string_view>

#include "control/model/objects.h"

namespace vipswitch::model {

inline constexpr std::string_view kAfPacket = "af_packet", kAfXdp = "af_xdp";

constexpr bool stands_on_interface(std::string_view device) noexcept {
  return device == kAfPacket || device == kAfXdp;
}

// The device arguments for DPDK, which finds the driver by the beginning of the name.
template <class Holder>
std::string device_arguments(const Holder& holder) {
  if (!holder.interface) return holder.device;
  const std::string_view queues = holder.device == kAfXdp ? "queue_count" : "qpairs";
  return fmt::format("net_{}_{},iface={},{}={}", holder.device, *holder.interface, *holder.interface, queues,
                     holder.queues);
}

// What no other one may have: the interface, or DPDK's name of the device, which ends at the first comma.
template <class Holder>
std::string device_key(const Holder& holder) {
  return holder.interface ? *holder.interface : holder.device.substr(0, holder.device.find(','));
}

}  // namespace vipswitch::model
