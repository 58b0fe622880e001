#pragma once

// The ARP frames that the switch sends (RFC 826). Each is exactly 42 bytes; devices pad.

#include <array>
#include <cstdint>

#include "vipswitch/address.h"
#include "vipswitch/wire.h"

namespace vipswitch {

struct ArpFrame {
  wire::Ethernet ethernet;
  wire::Arp arp;
};
static_assert(sizeof(ArpFrame) == 42);

// Who has `target`? Asked from `source` by everybody's address, or by the MAC it had.
ArpFrame make_arp_request(const Mac& source_mac, Ipv4 source, Ipv4 target, const Mac& destination) noexcept;

// `address` is at `mac`: a request for one's own address (RFC 5227 2.3).
ArpFrame make_gratuitous_arp(const Mac& mac, Ipv4 address) noexcept;

}  // namespace vipswitch
