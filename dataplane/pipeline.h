#pragma once

// The way of a packet: the stages, in the order in which a burst passes them. This list is the table of
// contents of the data plane.
//
//   parse     what is it, and is it whole?            stage/parse
//   guard     may this port say that?                 stage/guard
//   snoop     does it tell who owns a HAVIP?          stage/snoop, owner/, owner_decision
//   nat       EIP <-> inner address                   stage/nat
//   resolve   where to?                               stage/resolve
//   tx        the end of each packet                  stage/tx
//
// run_pipeline() takes the burst that port_io::receive() filled in; afterwards every packet of it has ended
// or waits in a port's lane for port_io::flush(). It calls no driver, allocates nothing, takes no lock but a
// HAVIP slot's.

#include <cstdint>
#include <string_view>

#include "dataplane/worker_state.h"

namespace vipswitch {

enum class Stage : std::uint8_t { kParse, kGuard, kSnoop, kNat, kResolve, kTx };

constexpr std::string_view to_word(Stage stage) noexcept {
  constexpr std::string_view kWords[] = {"parse", "guard", "snoop", "nat", "resolve", "tx"};
  return kWords[static_cast<std::size_t>(stage)];
}

void run_pipeline(WorkerState& worker, Batch& batch) noexcept;

// Stands between the stages and looks, for traces: the packets are as the stage has left them. It is not
// asked after tx, which has ended them. Like a stage it must not block or allocate when a worker runs it.
class PipelineObserver {
 public:
  virtual void after(Stage stage, WorkerState& worker, Batch& batch) noexcept = 0;

 protected:
  ~PipelineObserver() = default;
};

// As run_pipeline(), with the observer between the stages.
void run_observed_pipeline(WorkerState& worker, Batch& batch, PipelineObserver& observer) noexcept;

// After the burst's flush: another worker may have moved a HAVIP while the burst was under way, and what went
// to the old owner nevertheless is counted beside the HAVIP's owner word.
void count_delivered_to_old_owner(const WorkerState& worker, const Batch& batch) noexcept;

}  // namespace vipswitch
