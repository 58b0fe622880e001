#pragma once

// A frame in one line, for people: as far as its bytes reach and its headers are plain.

#include <cstdint>
#include <span>
#include <string>

#include "vipswitch/address.h"

namespace vipswitch {

// `52:54:00:77:00:11 -> 02:..., IPv4 10.77.0.11 -> 10.77.0.12, TCP 40000 -> 80, TTL 64`
std::string describe_frame(std::span<const std::uint8_t> bytes);

// What stands behind the Ethernet header at `offset`, by its EtherType; empty: nothing that is known.
std::string describe_network(std::span<const std::uint8_t> bytes, std::uint16_t type, std::size_t offset);

// Of either family, IPv4 as ::ffff:a.b.c.d, which is written as IPv4.
std::string address_text(const Ipv6& address);

// `TCP`, `VRRP` or `protocol 99`.
std::string protocol_name(std::uint8_t protocol);

}  // namespace vipswitch
