#pragma once

// The words for the device of a port or of the uplink.

#include "control/shell/command.h"

namespace vipswitch::shell {

inline const Argument kDevice{"DEVICE", &value_type::kDevice,
                              "af_packet or af_xdp, on a kernel INTERFACE, or DPDK device arguments, such as "
                              "net_vhost1,iface=/run/vm1.sock"};
inline const Argument kInterface{"INTERFACE", &value_type::kText,
                                 "kernel interface that af_packet or af_xdp stands on"};

}  // namespace vipswitch::shell
