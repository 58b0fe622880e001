#pragma once

// What a process is started with and cannot change while it runs: cores, memory, capacities. Written by the
// configuration file, read by main. The defaults suit a machine with two cores.

#include <string>
#include <vector>

#include "vipswitch/limits.h"

namespace vipswitch {

struct ControlSettings {
  std::string socket = "/run/vipswitch/control.sock";  // path that vipswitch-ctl connects to; empty: none
  bool operator==(const ControlSettings&) const = default;
};

struct Settings {
  std::vector<std::string> eal;  // EAL arguments, before those of the command line
  unsigned control_core = 0;
  std::vector<unsigned> worker_cores{1};  // distinct, without the control core
  TableCapacities tables;
  IdlePolicy idle;
  unsigned memory_mb = 512;
  unsigned mbufs = 16384;     // packets in the pool of each worker
  unsigned flood_pps = 1000;  // broadcast and multicast that a port may send, packets a second
  ControlSettings control;
  bool operator==(const Settings&) const = default;
};

}  // namespace vipswitch
