#pragma once

// The neighbour discovery that the switch sends of itself (RFC 4861 4.3 and 4.4), checksum included.

#include "vipswitch/address.h"
#include "vipswitch/wire.h"

namespace vipswitch {

struct NdFrame {
  wire::Ethernet ethernet;
  wire::Ipv6Header ip;
  wire::NeighbourDiscovery body;
  wire::NdMacOption mac;
};
static_assert(sizeof(NdFrame) == 86);

// Who has `target`? Asked from `source` by its solicited-node group, or, where `known` is set, by the MAC it
// had.
NdFrame make_solicitation(const Mac& source_mac, const Ipv6& source, const Ipv6& target,
                          const Mac* known) noexcept;

// `address` is at `mac`, said to all nodes without being asked; what they know otherwise is overridden.
NdFrame make_unsolicited_advertisement(const Mac& mac, const Ipv6& address) noexcept;

}  // namespace vipswitch
