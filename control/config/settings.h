#pragma once

// What a process is started with and cannot change while it runs: cores, memory, capacities. Written by the
// configuration file, read by main. The defaults suit a machine with two cores.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vipswitch/address.h"
#include "vipswitch/limits.h"

namespace vipswitch {

struct ControlSettings {
  std::string socket = "/run/vipswitch/control.sock";  // path that vipswitch-ctl connects to; empty: none
  bool operator==(const ControlSettings&) const = default;
};

struct ListenAddress {
  Ipv4 address = Ipv4(127, 0, 0, 1);
  std::uint16_t port = 9469;
  bool operator==(const ListenAddress&) const = default;
};

// The Prometheus endpoint.
struct MetricsSettings {
  std::optional<ListenAddress> listen;  // none: no endpoint
  bool per_havip = true;                // metrics of each HAVIP by itself, beside those of all together
  bool operator==(const MetricsSettings&) const = default;
};

struct Settings {
  std::vector<std::string> eal;  // EAL arguments, before those of the command line
  unsigned control_core = 0;
  std::vector<unsigned> worker_cores{1};  // distinct, without the control core
  TableCapacities tables;
  IdlePolicy idle;
  unsigned memory_mb = 512;
  unsigned mbufs = 16384;     // packets in the pool of each worker
  unsigned history = 1024;    // decisions that are remembered of each HAVIP
  unsigned flood_pps = 1000;  // broadcast and multicast that a port may send, packets a second
  ControlSettings control;
  MetricsSettings metrics;
  bool operator==(const Settings&) const = default;
};

}  // namespace vipswitch
