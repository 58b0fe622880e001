#pragma once

// Frames of ShopWorld that are right, or nearly, for tests that change them at random.

#include <vector>

#include "tests/stage/shop.h"

namespace vipswitch::testing {

// Of the IPv4 world.
std::vector<Frame> seeds_of_vm(const Vm& vm);
std::vector<Frame> seeds_of_uplink();

// These and what the dual stack knows beside them; `ip` is the VM's IPv6 address.
std::vector<Frame> dual_seeds_of_vm(const Vm& vm, const Ipv6& ip);
std::vector<Frame> dual_seeds_of_uplink();

// So that not every mutation ends in the parser.
void repair_ipv4_checksum(Frame& frame);

}  // namespace vipswitch::testing
