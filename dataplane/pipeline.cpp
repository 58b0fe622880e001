#include "dataplane/pipeline.h"

#include "dataplane/stage/guard.h"
#include "dataplane/stage/nat.h"
#include "dataplane/stage/parse.h"
#include "dataplane/stage/resolve.h"
#include "dataplane/stage/snoop.h"
#include "dataplane/stage/tx.h"

namespace vipswitch {
namespace {

// Another worker may have moved a HAVIP while this burst was between resolve and tx. The common case costs
// one load; after a commit anywhere, each packet's owner word is compared with the one it followed.
void count_delivered_to_old_owner(WorkerState& worker, const Batch& batch) noexcept {
  HavipTable& havips = worker.tables.havips;
  if (havips.owner_epoch().load(std::memory_order_acquire) == batch.owner_epoch) [[likely]]
    return;
  for (unsigned i = 0; i < batch.count; ++i) {
    const Packet& packet = batch.packets[i];
    if (packet.verdict != Verdict::kForward || packet.target.kind() != EndpointKind::kHavip) continue;
    const OwnerWord owner = havips.hot(packet.target.havip()).owner_word();
    if (owner.sequence() == packet.owner_sequence || owner.is_port(packet.egress)) continue;
    HavipCold& cold = havips.cold(packet.target.havip());
    rte_spinlock_lock(&cold.lock);
    ++cold.delivered_to_old;
    rte_spinlock_unlock(&cold.lock);
  }
}

}  // namespace

void run_pipeline(WorkerState& worker, Batch& batch) noexcept {
  stage::parse(worker, batch);
  stage::guard(worker, batch);
  if (batch.has_control_packets) stage::snoop(worker, batch);
  stage::nat(worker, batch);
  stage::resolve(worker, batch);
  stage::tx(worker, batch);
  count_delivered_to_old_owner(worker, batch);
}

}  // namespace vipswitch
