#pragma once

// Workers with devices whose other ends the test holds (net_ring), polled by hand: for what the in-process
// switch leaves out, the drivers' side of a worker and several workers at once. The model is brought into
// force by the service as always: VPC shop, subnet web (10.77.0.0/24), and the ports that the test adds. The
// clock started kAgeMs before the bed was made and runs.

#include <memory>
#include <rte_ring.h>
#include <string>
#include <string_view>
#include <vector>

#include "control/runtime/control_plane.h"
#include "control/runtime/dataplane_host.h"
#include "control/runtime/dataplane_runtime.h"
#include "control/service/service.h"
#include "tests/support/frame.h"

namespace vipswitch::testing {

// A device that receives what the test pushes and sends into the test's hands. Must outlive the switch that
// opens it.
class RingDevice {
 public:
  // `tx_size`: packets that the device takes before it is full, a power of two minus one.
  explicit RingDevice(std::uint16_t queues = 1, unsigned tx_size = 1023);
  ~RingDevice();
  RingDevice(const RingDevice&) = delete;
  RingDevice& operator=(const RingDevice&) = delete;

  const std::string& devargs() const noexcept { return devargs_; }

  void push(const Frame& frame, rte_mempool* pool, std::uint16_t queue = 0);
  unsigned pushed(std::uint16_t queue = 0) const;
  // What was sent since the last call, in order; the packets are freed.
  std::vector<Frame> take_sent(std::uint16_t queue = 0);

 private:
  std::string name_;
  std::string devargs_;
  std::vector<RingHandle> rx_, tx_;
};

class RingBed {
 public:
  static constexpr TimeMs kAgeMs = 60'000;

  explicit RingBed(unsigned workers = 1);
  ~RingBed();

  DataplaneHost& host() noexcept { return *host_; }
  ControlPlane& control() noexcept { return *control_; }
  RuntimeView& runtime() noexcept { return *runtime_; }
  Service& service() noexcept { return *service_; }
  Worker& worker(unsigned index = 0) noexcept { return *host_->workers()[index]; }
  WorkerCounters& counters(unsigned index = 0) noexcept { return worker(index).state().counters; }
  std::uint64_t drops(DropReason reason, unsigned index = 0) noexcept;

  // Port "p<number>" of instance vm<number>: 10.77.0.<number>, 52:54:00:77:00:<number>.
  RingDevice& add_port(std::uint8_t number, std::uint16_t queues = 1, unsigned tx_size = 1023);
  PortId port(std::uint8_t number) const;
  static Mac mac(std::uint8_t number) { return {0x52, 0x54, 0, 0x77, 0, number}; }
  static Ipv4 address(std::uint8_t number) { return {10, 77, 0, number}; }
  // A UDP packet from one port to another.
  static Frame frame(std::uint8_t from, std::uint8_t to, std::size_t payload_size = 18);

  // Polls every worker and lets control run until nothing is posted that is not handled. Not while workers
  // run on threads of their own.
  void settle();
  // On every worker rx + generated + replicated + handed_in == tx + drops + consumed + to_control +
  // handed_out, and what one handed out another one took.
  bool is_conserved();
  // No worker's pool misses a packet.
  bool is_every_pool_full();

 private:
  std::vector<std::unique_ptr<RingDevice>> devices_;
  std::unique_ptr<DataplaneHost> host_;
  std::unique_ptr<ControlPlane> control_;
  std::unique_ptr<DataplaneRuntime> runtime_;
  std::unique_ptr<Service> service_;
  unsigned pool_size_ = 0;
};

}  // namespace vipswitch::testing
