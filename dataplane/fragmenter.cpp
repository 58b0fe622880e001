#include "dataplane/fragmenter.h"

#include <cerrno>
#include <cstring>
#include <rte_ip_frag.h>

#include "dataplane/port_io.h"
#include "vipswitch/checksum.h"

namespace vipswitch {

bool may_fragment(const Packet& packet) noexcept {
  return packet.kind == PacketKind::kIpv4 &&
         (packet.ipv4().flags_and_offset.get().host() & wire::kIpv4DontFragment) == 0;
}

std::optional<DropReason> send_fragments(WorkerState& worker, const Packet& packet,
                                         std::uint16_t mtu_bytes) noexcept {
  rte_mbuf* whole = packet.mbuf;
  if (whole->nb_segs != 1) return DropReason::mtu_exceeded;
  const std::uint16_t l2_size = packet.l3_offset;
  std::uint8_t l2[sizeof(wire::Ethernet) + 2 * sizeof(wire::VlanTag)];
  if (l2_size > sizeof l2) return DropReason::mtu_exceeded;
  std::memcpy(l2, packet.data, l2_size);
  const auto padding = static_cast<std::uint16_t>(whole->data_len - l2_size - packet.l3_size);
  rte_pktmbuf_adj(whole, l2_size);
  rte_pktmbuf_trim(whole, padding);
  rte_mbuf* pieces[kMaxFragments];
  const std::int32_t count =
      rte_ipv4_fragment_copy_nonseg_packet(whole, pieces, kMaxFragments, mtu_bytes, worker.pool);
  if (count <= 0) {
    rte_pktmbuf_prepend(whole, l2_size);
    rte_pktmbuf_append(whole, padding);
    return count == -ENOMEM ? DropReason::no_mbuf : DropReason::mtu_exceeded;
  }
  for (std::int32_t i = 0; i < count; ++i) {
    auto& ip = *rte_pktmbuf_mtod(pieces[i], wire::Ipv4Header*);
    ip.checksum = 0;
    ip.checksum = checksum(&ip, ip.header_length());
    std::memcpy(rte_pktmbuf_prepend(pieces[i], l2_size), l2, l2_size);
    send_later(worker, packet.egress, pieces[i]);
  }
  rte_pktmbuf_free(whole);
  worker.counters.consumed.add(1);
  worker.counters.fragmented.add(1);
  worker.counters.generated.add(static_cast<std::uint64_t>(count));
  return std::nullopt;
}

}  // namespace vipswitch
