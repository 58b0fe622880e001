#pragma once

// What a process is started with and cannot change while it runs: cores, memory, capacities. Written by the
// configuration file, read by main. The defaults suit a machine with two cores.

#include <string>
#include <vector>

namespace vipswitch {

// How many objects the tables of the data plane hold.
struct TableCapacities {
  unsigned eips = 16384;
  unsigned havips = 16384;
  unsigned endpoints = 65536;  // addresses of ports, HAVIPs and gateways together
  unsigned ports = 1024;
  unsigned subnets = 4096;
  unsigned vpcs = 1024;
  bool operator==(const TableCapacities&) const = default;
};

// What a worker does when its queues stay empty.
struct IdlePolicy {
  unsigned spin_polls = 512;  // empty polls before the first sleep
  unsigned sleep_us = 50;     // 0: never sleep
  bool operator==(const IdlePolicy&) const = default;
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
  bool operator==(const Settings&) const = default;
};

}  // namespace vipswitch
