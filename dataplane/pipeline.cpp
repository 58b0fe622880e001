#include "dataplane/pipeline.h"

#include "dataplane/stage/guard.h"
#include "dataplane/stage/nat.h"
#include "dataplane/stage/parse.h"
#include "dataplane/stage/resolve.h"
#include "dataplane/stage/snoop.h"
#include "dataplane/stage/tx.h"

namespace vipswitch {
namespace {

// `after(Stage)` stands between the stages.
template <class After>
[[gnu::always_inline]] inline void run_stages(WorkerState& worker, Batch& batch, After&& after) noexcept {
  stage::parse(worker, batch);
  after(Stage::kParse);
  stage::guard(worker, batch);
  after(Stage::kGuard);
  if (batch.has_control_packets) stage::snoop(worker, batch);
  after(Stage::kSnoop);
  stage::nat(worker, batch);
  after(Stage::kNat);
  stage::resolve(worker, batch);
  after(Stage::kResolve);
  stage::tx(worker, batch);
}

}  // namespace

void run_pipeline(WorkerState& worker, Batch& batch) noexcept {
  run_stages(worker, batch, [](Stage) {});
}

void run_observed_pipeline(WorkerState& worker, Batch& batch, PipelineObserver& observer) noexcept {
  run_stages(worker, batch, [&](Stage stage) { observer.after(stage, worker, batch); });
}

// The common case costs one load; after a commit anywhere, each packet's port is compared with the one
// that the owner word names now.
void count_delivered_to_old_owner(const WorkerState& worker, const Batch& batch) noexcept {
  HavipTable& havips = worker.tables.havips;
  if (havips.owner_epoch().load(std::memory_order_acquire) == batch.owner_epoch) [[likely]]
    return;
  for (unsigned i = 0; i < batch.count; ++i) {
    const Packet& packet = batch.packets[i];
    if (packet.verdict != Verdict::kForward || packet.target.kind() != EndpointKind::kHavip) continue;
    const HavipId havip = packet.target.havip();
    if (havips.owner_word(havip).is_port(packet.egress)) continue;
    havips.warm(havip).delivered_to_old.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace vipswitch
