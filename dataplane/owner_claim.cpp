#include "dataplane/owner_claim.h"

#include "dataplane/owner_decision.h"

namespace vipswitch {
namespace {

template <class Address>
bool seeks_owner_of(const WorkerState& worker, const PortSources<Address>& sources) noexcept {
  for (const PortSource<Address>& source : sources) {
    if (source.is_havip() &&
        worker.tables.havips.hot(source.havip).owner_word().location() == OwnerLocation::kUnknown)
      return true;
  }
  return false;
}

}  // namespace

void claim_by_announcement(WorkerState& worker, const Batch& batch, HavipId havip, owner::Delivery delivery,
                           Packet& packet) noexcept {
  const PortRow& port = *batch.ingress;
  const owner::VrrpGroup acquired = port.spoken->acquired_lately(worker.now_ms);
  worker.count(LearnCounter::announcement);
  const auto remark = decide(worker, havip, batch.received_tsc, [&](owner::Election& election, TimeMs now) {
    return election.announce(port.id, delivery, now, acquired);
  });
  packet.is_claim = remark != LearnCounter::claim_rate;
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

bool seeks_owner(const WorkerState& worker, const PortRow& port) noexcept {
  return port.has_havips() &&
         (seeks_owner_of<Ipv4>(worker, port.ipv4) || seeks_owner_of<Ipv6>(worker, port.ipv6));
}

}  // namespace vipswitch
