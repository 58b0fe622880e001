#pragma once

// A worker without effects: the real stages, on the control thread, for one made-up packet.
//
// Its tables are the running ones, read only; control is their only writer, so nothing it reads can go while
// it reads. The HAVIPs are a copy: elections, owner words and deadlines that a claim changes are this
// world's own. So are the counters, the lanes, which nobody flushes, and the ring to control. Of the switch
// itself it takes only packet buffers, and gives them back.
//
// Made for one packet and thrown away. Cost: a page or two for each HAVIP that is looked at, and a copy of
// the row pointers and owner words.

#include <memory>
#include <vector>

#include "control/runtime/dataplane_host.h"
#include "control/trace/made_up_frame.h"
#include "control/trace/observed_stage.h"
#include "dataplane/pipeline.h"
#include "vipswitch/result.h"

namespace vipswitch {

class DryWorld final : private PipelineObserver {
 public:
  struct Sent {
    PortId port;
    FrameBytes bytes;
  };
  struct Outcome {
    std::vector<ObservedStage> stages;
    std::vector<Sent> sent;
    std::vector<DropReason> drops;  // each packet that ended so, copies included
  };

  // Every port and HAVIP of the lists is there; the others do not exist in this world.
  DryWorld(DataplaneHost& host, const std::vector<PortId>& ports, const std::vector<HavipId>& havips);
  ~DryWorld();

  // The election of a HAVIP as its home worker told it. Without it the HAVIP must not be claimed.
  void set_election(HavipId havip, const HavipSnapshot& snapshot);
  // Gives the data of the HAVIP to the port.
  void set_owner(HavipId havip, PortId port, owner::Delivery delivery);

  // Errors: internal, without room for the packet.
  Result<Outcome> run(PortId ingress, const FrameBytes& frame);

 private:
  void after(Stage stage, WorkerState& worker, Batch& batch) noexcept override;
  void take_events(std::vector<Event>& events);
  std::vector<Sent> take_sent();

  RingHandle events_;
  Tables tables_;
  WorkerState worker_;
  std::vector<std::unique_ptr<PortLane>> lanes_;
  std::array<std::uint64_t, kLearnCounterCount> learned_{};  // up to the last stage
  std::vector<ObservedStage> stages_;
};

}  // namespace vipswitch
