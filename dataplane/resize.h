#pragma once

// A packet that becomes its own answer, of another size.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <rte_mbuf.h>

#include "dataplane/batch.h"

namespace vipswitch {

// Makes the frame end `l3_size` bytes behind its Ethernet header, and layer 4 begin `l3_header_size` behind
// it: in its own buffer, or, if that has no room, in one of the pool with a copy of the Ethernet header.
// False, and nothing changed, if the pool is empty.
inline bool resize(Packet& packet, rte_mempool* pool, std::size_t l3_header_size,
                   std::size_t l3_size) noexcept {
  const auto wanted = static_cast<std::uint16_t>(packet.l3_offset + l3_size);
  rte_mbuf* mbuf = packet.mbuf;
  const bool has_room = mbuf->nb_segs == 1 && wanted <= mbuf->data_len + rte_pktmbuf_tailroom(mbuf);
  if (!has_room) {
    mbuf = rte_pktmbuf_alloc(pool);
    if (mbuf == nullptr) return false;
    std::memcpy(rte_pktmbuf_mtod(mbuf, void*), packet.data, packet.l3_offset);
    rte_pktmbuf_free(packet.mbuf);
    packet.mbuf = mbuf;
    packet.data = rte_pktmbuf_mtod(mbuf, std::uint8_t*);
  }
  mbuf->data_len = wanted;
  mbuf->pkt_len = wanted;
  packet.size = wanted;
  packet.l4_offset = static_cast<std::uint16_t>(packet.l3_offset + l3_header_size);
  packet.l3_size = static_cast<std::uint16_t>(l3_size);
  return true;
}

}  // namespace vipswitch
