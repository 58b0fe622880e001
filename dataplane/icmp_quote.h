#pragma once

// ICMP and ICMPv6 errors on their way through NAT: the packet they quote went the other way, so the other one
// of its addresses is translated, with every checksum that the quote reaches (RFC 5508 sections 4 and 5; RFC
// 7915 for the sums).

#include <optional>

#include "dataplane/batch.h"
#include "dataplane/rewrite.h"
#include "vipswitch/drop_reason.h"

namespace vipswitch {

enum class IcmpClass : std::uint8_t {
  kNoError,     // no ICMP, or a message that quotes nothing
  kError,       // quotes a packet
  kLinkScoped,  // source quench, redirect, neighbour discovery: means nothing behind a router
};

// For pending IP packets.
IcmpClass classify_icmp(const Packet& packet) noexcept;

// One address of the packet that the error quotes; nothing, if the quote ends before its header does, or it
// has none.
template <class Address>
std::optional<Address> quoted_address(const Packet& packet, Side side) noexcept;

// Translates that address. Its header must have been proven by quoted_address().
template <class Address>
void translate_quote(Packet& packet, Side side, const AddressRewrite<Address>& rewrite) noexcept;

}  // namespace vipswitch
