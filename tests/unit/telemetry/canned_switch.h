#pragma once

// A canned runtime with something of everything that is told.

#include "tests/unit/control/support.h"

namespace vipswitch::test {

inline void fill(CannedRuntime& runtime) {
  runtime.now = 60'000;
  PortStatus port{};
  port.name = "vm1-eth0";
  port.device = "net_null0";
  port.link_up = true;
  port.rx_packets = 10;
  port.rx_bytes = 1000;
  port.tx_packets = 20;
  port.tx_bytes = 2000;
  port.rx_missed = 3;
  port.drops = 4;
  port.tx_drops = 2;
  port.drop_counts = {{DropReason::truncated, 4, 0}, {DropReason::mtu_exceeded, 0, 2}};
  runtime.port_statuses = {port};
  WorkerStatus worker{};
  worker.lcore = 1;
  worker.polls = 100;
  worker.busy_cycles = 2'500'000'000;
  worker.rx = 10;
  worker.tx = 6;
  worker.dropped = 4;
  worker.queues = {"vm1-eth0:0"};
  runtime.worker_statuses = {worker};
  runtime.drop_counts = {{DropReason::truncated, 4}, {DropReason::spoofed_mac, 0}};
  runtime.learn_counts = {{LearnCounter::advert, 12}};
  runtime.neighbour_statuses = {{Ipv4(198, 51, 100, 1), Mac(2, 0, 0, 0, 0, 1), "resolved"}};
  runtime.table_statuses = {{"havips", 2, 16384, 4096}};
  runtime.summaries = {
      {"back", "web", Ipv4(10, 77, 0, 101), "", OwnerState::kReleased, -1, 2, 0},
      {"front", "web", Ipv4(10, 77, 0, 100), "vm1-eth0", OwnerState::kOwnedVrrp, 57'500, 5, 1}};
}

}  // namespace vipswitch::test
