#include "dataplane/owner_claim.h"

#include "dataplane/owner_decision.h"

namespace vipswitch {
void claim_by_announcement(WorkerState& worker, const Batch& batch, HavipId havip, owner::Delivery delivery,
                           Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  const owner::VrrpGroup acquired = port.spoken->acquired_lately(worker.now_ms);
  worker.count(LearnCounter::announcement);
  decide(worker, havip, batch.received_tsc, [&](owner::Election& election, TimeMs now) {
    return election.announce(port.id, delivery, now, acquired);
  });
  PortLane* lane = worker.lane(port.id);
  packet.is_claim = lane == nullptr || lane->announcements.take(worker.now_ms);
}

void claim_by_answer(WorkerState& worker, const Batch& batch, HavipId havip, const Mac& mac) noexcept {
  const PortRow& port = *batch.ingress;
  worker.count(LearnCounter::weak);
  decide_slot(worker, havip, batch.received_tsc, [&](HavipCold& cold, TimeMs now) {
    return cold.prober.answered(cold.election, port.id, mac != port.mac, now);
  });
}

void claim_by_hint(WorkerState& worker, const Batch& batch, HavipId havip) noexcept {
  const PortId port = batch.ingress->id;
  worker.count(LearnCounter::weak);
  decide(worker, havip, batch.received_tsc,
         [port](owner::Election& election, TimeMs now) { return election.weak(port, now); });
}

}  // namespace vipswitch
