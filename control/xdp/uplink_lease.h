#pragma once

// The right of this process to put an XDP program on an interface that the host uses too. Taken before DPDK
// opens the device: net_af_xdp removes on its way out whatever program the interface has, even one that it
// could not replace, so an interface with another's program must not get as far.
//
// Held by an abstract Unix socket named after the interface, in whose network namespace it is as well: the
// kernel frees it however the process ends. So a program of ours without a lease is a leftover of a process
// that was killed, and is removed; any other program is left alone and refused.
//
// Errors: device, naming the interface: it is missing, its program is another's, another switch has the
// lease, the kernel has no AF_XDP, or this process lacks the rights.

#include <string>

#include "control/xdp/kernel_objects.h"
#include "vipswitch/result.h"

namespace vipswitch::xdp {

class UplinkLease {
 public:
  static Result<UplinkLease> take(const std::string& interface);

  const std::string& interface() const noexcept { return interface_; }
  unsigned index() const noexcept { return index_; }
  // Whether a leftover was removed, for the log.
  bool has_removed_leftover() const noexcept { return has_removed_leftover_; }

 private:
  UplinkLease(std::string interface, unsigned index) : interface_(std::move(interface)), index_(index) {}
  Result<void> lock();
  Result<void> remove_leftover();

  std::string interface_;
  unsigned index_;
  Descriptor lock_;
  bool has_removed_leftover_ = false;
};

}  // namespace vipswitch::xdp
