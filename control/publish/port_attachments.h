#pragma once

// The devices behind ports: opens them, makes each worker's lane, and deals the rx queues out to the workers,
// each queue to the one that has the fewest. A worker w sends through tx queue w; where a device has fewer
// queues than there are workers, the others hand their packets over to a worker that has one. Control thread
// only.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/device/eth_device.h"
#include "control/publish/reclaimer.h"
#include "dataplane/port_lane.h"
#include "dataplane/worker.h"
#include "vipswitch/result.h"

namespace vipswitch {

class PortAttachments {
 public:
  PortAttachments(std::vector<std::unique_ptr<Worker>>& workers, Reclaimer& reclaimer,
                  std::uint32_t flood_pps)
      : workers_(workers), reclaimer_(reclaimer), flood_pps_(flood_pps), lists_(workers.size()) {}

  Result<std::unique_ptr<EthDevice>> open(const std::string& devargs, std::uint16_t queues);

  // From here on workers can send to the port and poll its queues. `mtu` is the longest IP packet.
  // `companion` goes after the device.
  void attach(PortId port, PortRole role, std::unique_ptr<EthDevice> device, std::uint16_t mtu,
              std::shared_ptr<void> companion = {});
  // Workers let go of the port; the device is closed after the grace period of the open batch.
  void detach(PortId port);
  // Makes what attach() and detach() did to the poll lists visible.
  void publish_poll_lists();

  const EthDevice* device(PortId port) const;
  // Sums a worker counter of the port.
  template <class Field>
  std::uint64_t sum(PortId port, Field&& field) const {
    std::uint64_t total = 0;
    for (const auto& lane : attached_.at(port)->lanes) total += field(lane->counters).get();
    return total;
  }
  const std::vector<RxQueue>& queues_of(std::size_t worker) const { return lists_[worker].queues; }

 private:
  struct Attached {
    std::shared_ptr<void> companion;
    std::unique_ptr<EthDevice> device;
    std::vector<std::unique_ptr<PortLane>> lanes;  // by worker
  };
  struct List {
    std::vector<RxQueue> queues;
    bool is_dirty = false;
  };

  std::unique_ptr<PortLane> make_lane(PortId port, PortRole role, const EthDevice& device, std::size_t worker,
                                      std::uint16_t mtu);
  List& least_loaded();

  std::vector<std::unique_ptr<Worker>>& workers_;
  Reclaimer& reclaimer_;
  std::uint32_t flood_pps_;
  std::vector<List> lists_;  // by worker
  std::map<PortId, std::shared_ptr<Attached>> attached_;
};

}  // namespace vipswitch
