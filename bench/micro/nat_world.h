#pragma once

// The tables of a switch with any number of EIPs, each mapped to a HAVIP that one of its ports owns (16
// HAVIPs a port), put in by hand: no device stands behind the ports, so there may be more of them than DPDK
// has devices for.

#include <cstdint>
#include <memory>
#include <vector>

#include "control/runtime/dataplane_host.h"
#include "dataplane/batch.h"
#include "tests/support/frame.h"

namespace vipswitch::bench {

class NatWorld {
 public:
  static constexpr unsigned kEipsOfPort = kMaxPortHavips;

  explicit NatWorld(unsigned eip_count);
  ~NatWorld();
  NatWorld(const NatWorld&) = delete;
  NatWorld& operator=(const NatWorld&) = delete;

  WorkerState& worker() noexcept { return host_->workers().front()->state(); }
  const PortRow& uplink() const noexcept { return *port_rows_.back(); }
  const PortRow& port_of(unsigned eip) const noexcept { return *port_rows_[eip / kEipsOfPort]; }

  // A 60-byte UDP frame from the internet to the EIP, and one from its owner to the internet.
  testing::Frame frame_in(unsigned eip) const;
  testing::Frame frame_out(unsigned eip) const;

 private:
  void add_uplink(PortId id);
  void add_port(PortId id, unsigned first_eip, unsigned eip_count);
  void add_havip(HavipId id, PortId owner);
  void add_lane(PortId id);

  std::unique_ptr<DataplaneHost> host_;
  VpcRow vpc_;
  UplinkRow uplink_;
  std::vector<std::unique_ptr<PortRow>> port_rows_;  // by PortId; the uplink's last
  std::vector<std::unique_ptr<HavipRow>> havip_rows_;
  std::vector<std::unique_ptr<PortLane>> lanes_;
};

// A burst whose packets are put back to what they were before each run; the mbufs stay the same.
class RepeatableBurst {
 public:
  RepeatableBurst(WorkerState& worker, const PortRow& ingress, std::vector<testing::Frame> frames);
  ~RepeatableBurst();
  RepeatableBurst(const RepeatableBurst&) = delete;
  RepeatableBurst& operator=(const RepeatableBurst&) = delete;

  Batch& batch() noexcept { return batch_; }
  // To be called after each run: the frames as they were, and empty lanes. Packets that the pipeline made are
  // freed.
  void reset();

 private:
  bool is_own(const rte_mbuf* mbuf) const noexcept;

  WorkerState& worker_;
  std::vector<testing::Frame> frames_;
  std::vector<rte_mbuf*> mbufs_;      // in the order of the frames
  std::vector<const rte_mbuf*> own_;  // the same, sorted
  Batch batch_;
};

}  // namespace vipswitch::bench
