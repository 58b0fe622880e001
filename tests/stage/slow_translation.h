#pragma once

// What 1:1 NAT does to a packet, the slow way: sharing no code with the product, every checksum computed from
// scratch before and after (RFC 1624 says what they may differ by), what an ICMP error quotes included.

#include <optional>

#include "tests/support/frame.h"
#include "tests/support/packet_builder.h"
#include "vipswitch/address.h"

namespace vipswitch::testing {

enum class Translated { kSource, kDestination };

// The frame with one hop less, the address of that side replaced and the MACs set; nothing, if it must be
// dropped. An ICMP error must quote a packet whose other side is `from`, which becomes `to` as well.
template <class Address>
std::optional<Frame> translate_slowly(Frame frame, const EthernetFields& macs, Translated side,
                                      const Address& from, const Address& to);

// Gives back the hop that one of two translations takes.
void add_hop(Frame& frame);

}  // namespace vipswitch::testing
