#pragma once

// A DPDK Ethernet device in use: found or hot-plugged by its device arguments, configured with as many rx as
// tx queues, started; stopped, closed and unplugged when the handle goes. Control thread only. A device may
// be destroyed only after a grace period that began when no worker could find it any more.
//
// Errors: device, naming the device arguments and what was refused.

#include <cstdint>
#include <memory>
#include <rte_mempool.h>
#include <string>
#include <vector>

#include "control/device/bond.h"
#include "vipswitch/result.h"

namespace vipswitch {

// Packets, as the driver counts them.
struct DeviceStats {
  std::uint64_t rx_missed = 0;  // lost by the device before a worker saw them, for want of place or buffers
  std::uint64_t rx_errors = 0, tx_errors = 0;
};

class EthDevice {
 public:
  // Opens the device with `queues` rx and tx queues, or as many as it can give; rx queue i is filled from
  // pools[i % pools.size()].
  static Result<std::unique_ptr<EthDevice>> open(const std::string& devargs, std::uint16_t queues,
                                                 const std::vector<rte_mempool*>& pools);
  // What open() would refuse, as far as it can be known without attaching the device. `others` are to be
  // opened before it.
  static Result<void> check(const std::string& devargs, unsigned others = 0);
  ~EthDevice();
  EthDevice(const EthDevice&) = delete;
  EthDevice& operator=(const EthDevice&) = delete;

  std::uint16_t id() const noexcept { return id_; }  // DPDK port id
  std::uint16_t queues() const noexcept { return queues_; }
  std::uint16_t mtu() const noexcept { return mtu_; }
  const std::string& driver() const noexcept { return driver_; }

  // A device on an interface of the kernel is up while that is, and while there is one; a bond while one of
  // its members is.
  bool is_link_up() const;
  // Of a bond; none of any other device.
  std::vector<BondMember> members() const;
  // The link; a bond leaves an active member that has lost its own for one that has one.
  DeviceLink follow_link() const;
  DeviceStats stats() const;

 private:
  explicit EthDevice(std::uint16_t id) noexcept : id_(id) {}
  Result<void> start(const std::string& devargs, std::uint16_t queues,
                     const std::vector<rte_mempool*>& pools);

  bool is_bond() const noexcept { return driver_ == kBondDriver; }
  void start_bond();

  std::uint16_t id_;
  bool is_configured_ = false;
  std::uint16_t queues_ = 0;
  std::uint16_t mtu_ = 0;
  std::string driver_;
};

}  // namespace vipswitch
