#include "dataplane/owner_probe.h"

#include <cstring>

#include "dataplane/arp_frames.h"
#include "dataplane/nd_frames.h"
#include "dataplane/port_io.h"

namespace vipswitch {
namespace {

template <class Frame>
void send_to(WorkerState& worker, PortId port, const Frame& frame) noexcept {
  worker.counters.generated.add(1);
  rte_mbuf* mbuf = rte_pktmbuf_alloc(worker.pool);
  if (mbuf == nullptr) return worker.counters.count(DropReason::no_mbuf);
  std::memcpy(rte_pktmbuf_append(mbuf, sizeof frame), &frame, sizeof frame);
  worker.count(LearnCounter::probe);
  send_later(worker, port, mbuf);
}

template <class Frame>
void send_to_all(WorkerState& worker, const owner::ProbeRound& round, const Frame& frame) noexcept {
  for (std::size_t i = 0; i < round.count; ++i) send_to(worker, round.asked[i], frame);
}

}  // namespace

void send_probes(WorkerState& worker, HavipId havip, const owner::ProbeRound& round) noexcept {
  if (round.count == 0) return;
  const HavipRow* row = worker.tables.havips.row(havip);
  const SubnetRow* subnet = row == nullptr ? nullptr : worker.tables.subnets.find(row->subnet);
  if (subnet == nullptr) return;  // being removed
  if (row->is_ipv6) {
    send_to_all(worker, round, make_solicitation(kGatewayMac, kGatewayLinkLocal, row->address6, nullptr));
  } else {
    send_to_all(worker, round,
                make_arp_request(kGatewayMac, subnet->gateway, row->address, Mac::broadcast()));
  }
}

}  // namespace vipswitch
