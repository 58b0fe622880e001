#pragma once

// Answers to neighbour discovery, in place of the packet that asked (RFC 4861 sections 4.2 and 4.4). An
// answer may be longer than the question: where its buffer has no room, one is taken from `pool`.

#include "dataplane/batch.h"
#include "dataplane/router_advertisement.h"

namespace vipswitch {

// How the answer goes back: to who asked, or, if that has no address yet, to all nodes.
struct NdAsker {
  Ipv6 address;  // unspecified: a probe
  Mac mac;
};

// The solicited neighbour advertisement: `target` is at `mac`. False, and nothing changed, if the pool is
// empty.
bool answer_solicitation(Packet& packet, rte_mempool* pool, const NdAsker& asker, const Ipv6& target,
                         const Mac& mac, bool is_router) noexcept;

// The router advertisement of the gateway. False as above.
bool answer_router_solicitation(Packet& packet, rte_mempool* pool, const NdAsker& asker,
                                const RouterAdvertisement& advertisement) noexcept;

}  // namespace vipswitch
