#pragma once

// DHCP messages of the shop's VMs, as clients without an address send them.

#include "tests/stage/shop.h"
#include "tests/support/dhcp_message.h"

namespace vipswitch::testing {

// To everybody, from 0.0.0.0 or the address that the client has.
inline Frame dhcp_broadcast(const Vm& vm, DhcpFields fields) {
  if (fields.mac.is_zero()) fields.mac = vm.mac;
  return from_vm(vm, Mac::broadcast())
      .ipv4({.source = fields.client, .destination = Ipv4::broadcast()})
      .udp({.source_port = wire::kDhcpClientPort, .destination_port = wire::kDhcpServerPort})
      .payload(dhcp_message(fields))
      .build();
}

inline Frame dhcp_request(const Vm& vm, const std::vector<DhcpOptionBytes>& options) {
  return dhcp_broadcast(vm, {.type = wire::kDhcpRequest, .options = options});
}

}  // namespace vipswitch::testing
