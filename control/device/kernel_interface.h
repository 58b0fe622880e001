#pragma once

// The kernel interface that a device stands on (netdevice(7)), by its index: 0 is none. Some drivers do not
// look at it, and would go on without a link or lose what is too long without a word.

#include <cstdint>
#include <optional>

namespace vipswitch {

// nullopt: there is no such interface any more.
std::optional<std::uint16_t> interface_mtu(unsigned interface_index);

// Up, with a carrier.
bool is_interface_running(unsigned interface_index);

}  // namespace vipswitch
